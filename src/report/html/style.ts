/** The style sheet of reports: light and dark, narrow and wide, screen and print; system fonts only. */
export const pageStyle = `
:root{color-scheme:light dark;
--bg:#fcfcfa;--ink:#1b1d20;--muted:#5c6169;--rule:#e2e2dd;--faint:#f1f1ed;--link:#205ea8;
--good:#1c7c50;--bad:#b3261e;--warn:#8f5a00;--good-bg:#e3f3ea;--bad-bg:#fbe6e3;--warn-bg:#fbefd6;
--succeeded:#3fa673;--degraded:#9b79cf;--failed:#d4493d;--timed-out:#e39a3b;--aborted:#8d95a0;--dropped:#c3c7cd;
--p50:#2f7fd0;--p95:#c2570c;--p99:#a8a29a;
--storage-1:#d9a441;--storage-2:#c08a22;--blockchain-1:#8fb8e8;--blockchain-2:#5f97d8;--blockchain-3:#3a78c2;
--inference-1:#c9b3e6;--inference-2:#a688d4;--inference-3:#8762bf;--client-1:#a9b3b0;--client-2:#87958f;
--error-1:#d4493d;--error-2:#e39a3b;--error-3:#a05195;--error-4:#5f97d8;--error-5:#8d95a0}
@media (prefers-color-scheme:dark){:root{
--bg:#141517;--ink:#e9e8e4;--muted:#a2a6ad;--rule:#2d3034;--faint:#1d1f22;--link:#8bb9f0;
--good:#6fcf9d;--bad:#f28b82;--warn:#efb65a;--good-bg:#17301f;--bad-bg:#3a1b19;--warn-bg:#33270f;
--succeeded:#3f9d6e;--failed:#d9564a;--timed-out:#d8913a;--dropped:#565b63;--aborted:#7b828d;
--p50:#5fa6ec;--p95:#ee8a45;--p99:#77736c;
--storage-1:#b98a35;--storage-2:#d3a243;--blockchain-1:#39618f;--blockchain-2:#4b82c4;--blockchain-3:#6aa0e2;
--inference-1:#5d4a80;--inference-2:#7c62aa;--inference-3:#9d80cc;--client-1:#5a6461;--client-2:#77847f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:40px 28px 80px;max-width:1080px;background:var(--bg);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,ul,dl,dd,figure{margin:0;padding:0}
h1{font-size:34px;line-height:1.18;font-weight:650;letter-spacing:-.018em;max-width:24em;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:20px;line-height:1.3;font-weight:650;letter-spacing:-.01em}
h3{font-size:15px;font-weight:650}
section{margin-top:52px}
section>h2+*{margin-top:14px}
section>p{color:var(--muted);max-width:68ch}
code,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em}
small{color:var(--muted);font-size:12.5px;font-weight:400}
.verdict{border-left:5px solid var(--c);padding-left:22px;--c:var(--muted)}
.verdict.good{--c:var(--succeeded)}.verdict.bad{--c:var(--failed)}.verdict.warn{--c:var(--timed-out)}
.run{color:var(--muted);margin-bottom:10px}.run .id{margin-left:8px}
.lead{margin-top:12px;font-size:17px;max-width:64ch;text-wrap:pretty}
.facts{display:flex;flex-wrap:wrap;gap:4px 22px;margin-top:16px;list-style:none}
.facts span{color:var(--muted)}
.figures{display:grid;grid-template-columns:repeat(6,1fr);margin-top:36px;border-block:1px solid var(--rule)}
.figures>div{padding:16px 14px 14px;border-left:1px solid var(--rule)}
.figures>div:first-child{border-left:0;padding-left:0}
.figures h2{font-size:13px;font-weight:500;color:var(--muted);letter-spacing:0}
.figures .value{font-size:23px;font-weight:600;letter-spacing:-.015em;line-height:1.35;white-space:nowrap}
.figures .note{font-size:12.5px;color:var(--muted)}
.outcomes{margin-top:22px}
.bar{display:flex;gap:2px;height:12px;margin-bottom:10px}
.bar i{min-width:3px;border-radius:2px}
.findings{display:grid;grid-template-columns:1fr 1fr;gap:20px 40px}
.findings>div{border-top:1px solid var(--rule);padding-top:10px}
.findings dt{font-weight:650}
.findings dt::before{content:"";display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:8px;background:var(--c,var(--dropped))}
.findings .good{--c:var(--succeeded)}.findings .bad{--c:var(--failed)}.findings .warn{--c:var(--timed-out)}
td small{white-space:nowrap}
.hint{color:var(--muted)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:7px 14px 7px 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:12.5px;font-weight:500;color:var(--muted);white-space:nowrap}
tbody th{font-weight:500;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
.text{min-width:300px;overflow-wrap:anywhere}
.badge{display:inline-block;padding:1px 9px;border-radius:10px;font-size:12.5px;font-weight:600;background:var(--faint);color:var(--muted)}
.badge.good,.badge.real{background:var(--good-bg);color:var(--good)}.badge.bad{background:var(--bad-bg);color:var(--bad)}
.meter{display:inline-block;vertical-align:1px;width:40px;height:6px;margin-left:10px;border-radius:3px;background:var(--faint);overflow:hidden}
.meter i{display:block;height:100%;background:var(--p50)}
.meter.high i{background:var(--p95)}
.wide{width:36%;min-width:200px}
.fall{position:relative;height:14px}
.fall i{position:absolute;top:50%}
.fall .median{height:12px;margin-top:-6px;min-width:2px;border-radius:2px}
.fall .whisker{height:2px;margin-top:-1px;background:var(--muted);opacity:.55}
.compact{width:auto;min-width:min(100%,560px)}.compact th:first-child{padding-right:48px}
.sums tr:first-child th,.sums tr:first-child td{border-top:2px solid var(--rule)}
.chart{margin-top:30px;break-inside:avoid}
.chart figcaption{display:flex;flex-wrap:wrap;gap:0 12px;align-items:baseline}
.chart figcaption p{color:var(--muted);font-size:13.5px}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin:6px 0 10px;list-style:none;font-size:13px;color:var(--muted)}
.legend i{display:inline-block;width:11px;height:11px;margin-right:6px;border-radius:2px;background:var(--c);vertical-align:-1px}
.legend i.lines,.legend i.over{height:3px;border-radius:2px;vertical-align:3px;width:14px}
.legend b,.legend output{color:var(--ink);font-weight:600}
.plot{display:grid;grid-template-columns:58px 1fr;grid-template-rows:160px 20px}
.canvas{position:relative;grid-column:2;outline-offset:4px}
.canvas svg{display:block;width:100%;height:100%;overflow:visible}
.y{position:relative}
.y span{position:absolute;right:10px;transform:translateY(50%);font-size:12px;color:var(--muted);white-space:nowrap}
.x{position:relative;grid-column:2;font-size:12px;color:var(--muted)}
.x span{position:absolute;top:4px;transform:translateX(-50%)}
.x span:first-child{transform:none}
.grid{stroke:var(--rule);stroke-width:1;vector-effect:non-scaling-stroke;fill:none}
.line,.over{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round;stroke-linecap:round}
.over{stroke-width:1.5}
.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4;vector-effect:non-scaling-stroke;fill:none}
.limit-label{position:absolute;right:0;padding:0 4px;transform:translateY(-2px);font-size:12px;color:var(--bad);background:var(--bg)}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);pointer-events:none}
.cursor::after{content:attr(data-time);position:absolute;bottom:-19px;left:-2px;padding:0 4px;font-size:12px;background:var(--ink);color:var(--bg);border-radius:3px}
.cursor.right::after{left:auto;right:-2px}
.pair+.scroll{margin-top:28px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:4px 40px}
.pair .plot{grid-template-rows:110px 20px}
.columns{display:grid;grid-template-columns:repeat(3,1fr);gap:28px 44px}
.pairs{margin-top:8px;font-size:14px}
.pairs>div{display:flex;justify-content:space-between;gap:14px;padding:5px 0;border-bottom:1px solid var(--rule)}
.pairs dt{color:var(--muted);flex:none}.pairs dd{text-align:right;overflow-wrap:anywhere}
a{color:var(--link)}
details{margin-top:22px}
summary{cursor:pointer;color:var(--link)}
details>.scroll{margin-top:10px}
.hex{display:inline-block;max-width:13ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;vertical-align:bottom}
footer{margin-top:60px;padding-top:14px;border-top:1px solid var(--rule);font-size:13px;color:var(--muted)}
@media (max-width:900px){.figures{grid-template-columns:repeat(3,1fr)}.figures>div:nth-child(3n+1){border-left:0;padding-left:0}
.figures>div:nth-child(n+4){border-top:1px solid var(--rule)}.columns{grid-template-columns:1fr 1fr}}
@media (max-width:640px){body{padding:24px 16px 56px}h1{font-size:26px}.lead{font-size:16px}.verdict{padding-left:14px}
.figures{grid-template-columns:1fr 1fr}.figures>div,.figures>div:nth-child(3n+1){border-left:1px solid var(--rule);padding-left:14px}
.figures>div:nth-child(2n+1){border-left:0;padding-left:0}.figures>div:nth-child(n+3){border-top:1px solid var(--rule)}
.findings,.pair,.columns{grid-template-columns:1fr}.plot{grid-template-columns:48px 1fr}.x span:nth-child(2n){display:none}
.wide{min-width:120px}.compact th:first-child{padding-right:14px}.errors thead{display:none}.errors tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:8px 0;border-bottom:1px solid var(--rule)}
.errors th,.errors td{border:0;padding:0}.errors .text{flex:1 0 100%;min-width:0}.errors [data-label]::before{content:attr(data-label)" ";color:var(--muted)}}
@media print{:root{color-scheme:light}h2,h3,thead{break-after:avoid}body{max-width:none;padding:0;font-size:12px}section{margin-top:28px;break-inside:auto}
tr,.figures,.findings>div{break-inside:avoid}.scroll{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
