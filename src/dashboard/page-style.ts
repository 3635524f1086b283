/** Style of the live page, in addition to that of reports. */
export const liveStyle = `
#connection{display:inline-flex;align-items:center;gap:8px;float:right;margin:0 0 10px 16px;font-size:13px;color:var(--muted)}
#connection::before{content:"";flex:none;width:9px;height:9px;border-radius:50%;background:var(--c,var(--aborted))}
#connection[data-state=live]{--c:var(--succeeded)}
#connection[data-state=lost]{--c:var(--failed);float:none;display:flex;margin:0 0 20px;padding:8px 14px;border-radius:6px;background:var(--bad-bg);color:var(--bad)}
#status>p{margin:8px 0 0 27px}
.split .compact{min-width:0}.split .compact th:first-child{padding-right:14px;white-space:normal}
.facts{font-size:14px}
#messages{margin:14px 0 0;padding:0;list-style:none;font-size:14px;max-height:260px;overflow-y:auto}
#messages li{display:flex;gap:14px;padding:4px 0;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
#messages time{flex:none;color:var(--muted);min-width:44px}
.now td,.now th{padding-block:5px}
.split{display:flex;flex-wrap:wrap;gap:0 52px;align-items:start}
.split>section{flex:1 1 340px;min-width:0}.split>section:first-child{flex:3 1 440px}
@media (max-width:640px){#status>p{margin-left:19px}.meter{display:none}}
`
