// What a cashier hears without looking: two rising tones when an amount was taken, falling ones when it was taken
// back, a low one when nothing was.

const TUNES = {
  done: [[880, 0, 0.09], [1320, 0.1, 0.16]],
  undone: [[660, 0, 0.1], [440, 0.12, 0.18]],
  stop: [[196, 0, 0.35]],
};
const SHAKES = { done: 40, undone: [30, 60, 30], stop: [120, 60, 120] };

let audio = null;

// Browsers let a page sound only once somebody has touched it.
export function readySounds() {
  const ready = () => {
    const Audio = window.AudioContext ?? window.webkitAudioContext;
    if (!audio && Audio) audio = new Audio();
    audio?.resume?.();
  };
  document.addEventListener("pointerdown", ready);
  document.addEventListener("keydown", ready);
}

export function play(kind) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(SHAKES[kind] ?? 0);
  if (!audio || audio.state !== "running") return;
  for (const [pitch, after, lasts] of TUNES[kind] ?? []) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + lasts);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + lasts);
  }
}
