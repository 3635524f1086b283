/**
 * Moves one cursor through all charts of an axis at once, under a pointer or with the arrow keys, and shows the values beside
 * their names. The page is complete without it. A page that redraws its charts dispatches a `charts` event.
 */
export const chartScript = `
{
  let source, data, axis = 0, at = -1;
  const axisOf = (figure) => data.charts[figure.dataset.chart]?.axis ?? 0;
  const show = (index) => {
    const { centers, times } = data?.axes[axis] ?? { centers: [], times: [] };
    at = Math.min(index, centers.length - 1);
    for (const figure of document.querySelectorAll('figure[data-chart]')) {
      const cursor = figure.querySelector('.cursor');
      const isShown = at >= 0 && axisOf(figure) === axis;
      cursor.hidden = !isShown;
      if (isShown) {
        cursor.style.left = centers[at] * 100 + '%';
        cursor.dataset.time = times[at];
        cursor.classList.toggle('right', centers[at] > 0.9);
      }
      const values = data?.charts[figure.dataset.chart]?.values;
      for (const output of figure.querySelectorAll('output')) {
        output.textContent = isShown ? (values?.[output.dataset.series]?.[at] ?? '') : '';
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
    axis = axisOf(canvas.closest('figure'));
    const { centers } = data.axes[axis];
    let best = 0;
    centers.forEach((center, index) => {
      if (Math.abs(center - share) < Math.abs(centers[best] - share)) best = index;
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
    axis = axisOf(canvasOf(event).closest('figure'));
    show(Math.max(0, at + step));
  });
  document.addEventListener('charts', prepare);
  prepare();
}
`
