/**
 * What the page does when a pointer or the arrow keys move over a chart: one cursor in all charts at the same time, with
 * the values beside their names. Without it the page is complete but for that.
 */
export const pageScript = `
const source = document.getElementById('chart-data');
if (source) {
  const data = JSON.parse(source.textContent);
  const figures = [...document.querySelectorAll('figure[data-chart]')];
  let at = -1;
  const show = (index) => {
    at = index;
    for (const figure of figures) {
      const cursor = figure.querySelector('.cursor');
      cursor.hidden = index < 0;
      if (index >= 0) {
        cursor.style.left = data.centers[index] * 100 + '%';
        cursor.dataset.time = data.times[index];
        cursor.classList.toggle('right', data.centers[index] > 0.9);
      }
      const values = data.charts[figure.dataset.chart];
      for (const output of figure.querySelectorAll('output')) {
        output.textContent = index < 0 ? '' : values[output.dataset.series][index];
      }
    }
  };
  for (const figure of figures) {
    const canvas = figure.querySelector('.canvas');
    canvas.tabIndex = 0;
    canvas.setAttribute('aria-label', 'Use the arrow keys to read values');
    canvas.addEventListener('pointermove', (event) => {
      const box = canvas.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      let best = 0;
      data.centers.forEach((center, index) => {
        if (Math.abs(center - share) < Math.abs(data.centers[best] - share)) best = index;
      });
      show(best);
    });
    canvas.addEventListener('pointerleave', () => show(-1));
    canvas.addEventListener('blur', () => show(-1));
    canvas.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(Math.min(data.centers.length - 1, Math.max(0, at + step)));
    });
  }
}
`
