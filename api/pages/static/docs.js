// Starts the description of the API; inline, it would need a weaker policy.

const place = document.getElementById("swagger-ui");

window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  layout: "BaseLayout",
  deepLinking: true,
  // More than a hundred operations: a reader chooses a subject first, and a browser draws only that.
  docExpansion: "none",
  showExtensions: true,
  showCommonExtensions: true,
  presets: [window.SwaggerUIBundle.presets.apis, window.SwaggerUIBundle.SwaggerUIStandalonePreset],
});
