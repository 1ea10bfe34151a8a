/* Runs before anything is drawn, so that no window flashes in another theme. The
   same is done again, with what the engine says, by src/session/preferences.ts. */
(function () {
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('interpreter.preferences') || '{}') || {};
  } catch (_) {
    // The system's choice holds.
  }
  var root = document.documentElement;
  var theme = kept.theme;
  if (theme !== 'light' && theme !== 'dark' && theme !== 'contrast') {
    theme = matchMedia('(prefers-contrast: more)').matches
      ? 'contrast'
      : matchMedia('(prefers-color-scheme: dark)').matches
        ? 'dark'
        : 'light';
  }
  root.dataset.theme = theme;
  if (kept.density) root.dataset.density = kept.density;
  if (kept.motion) root.dataset.motion = kept.motion;
  if (kept.text_size >= 80 && kept.text_size <= 200 && kept.text_size !== 100) {
    root.style.fontSize = kept.text_size + '%';
  }
})();
