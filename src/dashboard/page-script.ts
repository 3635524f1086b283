/**
 * Keeps the live page up to date: listens to the server's events, redraws the parts of the page with `livePage`, and changes
 * only what differs in the document, so that focus, selection and open tables stay.
 */
export const liveScript = `
{
  const page = livePage.createLivePage();
  const connection = document.getElementById('connection');
  const keeps = (name) => name === 'open' || name === 'tabindex';
  const morph = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return from.replaceWith(to);
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    // The cursor and its values belong to the script of the charts.
    if (from.matches('.cursor, output')) {
      if (from.dataset.series !== to.dataset.series) from.replaceWith(to);
      return;
    }
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && !keeps(name) && !(name === 'aria-label' && from.matches('.canvas'))) from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    const [before, after] = [[...from.childNodes], [...to.childNodes]];
    after.forEach((child, index) => (index < before.length ? morph(before[index], child) : from.append(child)));
    for (const child of before.slice(after.length)) child.remove();
  };
  const shown = {};
  const draw = ({ title, parts }) => {
    document.title = title;
    for (const [id, html] of Object.entries(parts)) {
      if (shown[id] === html) continue;
      shown[id] = html;
      const target = document.getElementById(id);
      const made = target.cloneNode(false);
      made.innerHTML = html;
      morph(target, made);
    }
    document.dispatchEvent(new Event('charts'));
  };
  const say = (state, text) => {
    if (connection.dataset.state === state) return;
    connection.dataset.state = state;
    connection.textContent = text;
  };
  // A hidden page takes events, and draws when it becomes visible again.
  let due = false;
  const drawSoon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      draw(page.draw());
    });
  };
  const events = new EventSource('/events');
  events.onopen = () => say('live', 'live');
  events.onerror = () => say('lost', 'Connection lost; the run may have been killed. Reconnecting. The figures below are the last ones received.');
  events.addEventListener('whole', ({ data }) => {
    page.whole(JSON.parse(data));
    drawSoon();
  });
  events.addEventListener('state', ({ data }) => {
    page.state(JSON.parse(data));
    drawSoon();
  });
  events.addEventListener('end', ({ data }) => {
    events.close();
    page.state(JSON.parse(data));
    say('ended', 'ended');
    drawSoon();
  });
}
`
