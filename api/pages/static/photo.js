// A photo that a telephone took is larger than a page shows: it is made smaller here before it travels.
// Without this, or where a browser cannot do it, the file goes as it is and the server draws it anew.

const LARGEST = 1600;
const SMALL_ENOUGH = 600_000;

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: blob.type }) : file;
}

for (const form of document.querySelectorAll("form[data-photo]")) {
  const field = form.querySelector("input[type=file]");
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file || file.size <= SMALL_ENOUGH || !file.type.startsWith("image/")) return;
    try {
      const list = new DataTransfer();
      list.items.add(await smaller(file));
      field.files = list.files;
    } catch {
      // What this browser cannot read, the server may.
    }
  });
}
