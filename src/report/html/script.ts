/**
 * What the page does when a pointer or the arrow keys move over a chart: one cursor in all charts at the same time, with
 * the values beside their names. Without it the page is complete but for that. A page that draws its charts again says so
 * with a `charts` event.
 */
export const pageScript = `
{
  let source, data, at = -1;
  const show = (index) => {
    at = data ? Math.min(index, data.centers.length - 1) : -1;
    for (const figure of document.querySelectorAll('figure[data-chart]')) {
      const cursor = figure.querySelector('.cursor');
      cursor.hidden = at < 0;
      if (at >= 0) {
        cursor.style.left = data.centers[at] * 100 + '%';
        cursor.dataset.time = data.times[at];
        cursor.classList.toggle('right', data.centers[at] > 0.9);
      }
      const values = data?.charts[figure.dataset.chart];
      for (const output of figure.querySelectorAll('output')) {
        output.textContent = at < 0 ? '' : (values?.[output.dataset.series]?.[at] ?? '');
      }
    }
  };
  const prepare = () => {
    const found = document.getElementById('chart-data');
    if (found === null) return;
    if (found.textContent !== source) {
      source = found.textContent;
      data = JSON.parse(source);
    }
    for (const canvas of document.querySelectorAll('.canvas')) {
      if (canvas.tabIndex === 0) continue;
      canvas.tabIndex = 0;
      canvas.setAttribute('aria-label', 'Use the arrow keys to read values');
    }
    if (at >= 0) show(at);
  };
  const canvasOf = ({ target }) => (target instanceof Element ? target.closest('.canvas') : null);
  document.addEventListener('pointermove', (event) => {
    const canvas = canvasOf(event);
    if (canvas === null || !data) return;
    const box = canvas.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    let best = 0;
    data.centers.forEach((center, index) => {
      if (Math.abs(center - share) < Math.abs(data.centers[best] - share)) best = index;
    });
    show(best);
  });
  document.addEventListener('pointerout', (event) => {
    const canvas = canvasOf(event);
    if (canvas !== null && !canvas.contains(event.relatedTarget)) show(-1);
  });
  document.addEventListener('focusout', (event) => {
    if (canvasOf(event) !== null) show(-1);
  });
  document.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || canvasOf(event) === null || !data) return;
    event.preventDefault();
    show(Math.min(data.centers.length - 1, Math.max(0, at + step)));
  });
  document.addEventListener('charts', prepare);
  prepare();
}
`
