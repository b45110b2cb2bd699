// Starts the description of the API; inline, it would need a weaker policy.

const place = document.getElementById("swagger-ui");

window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  layout: "BaseLayout",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  presets: [window.SwaggerUIBundle.presets.apis, window.SwaggerUIBundle.SwaggerUIStandalonePreset],
});
