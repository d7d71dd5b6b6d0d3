import { DARK, LIGHT } from '../charts/tokens.ts';
import type { Tokens } from '../charts/tokens.ts';

/** The tokens as custom properties. */
const properties = (tokens: Tokens): string =>
  Object.entries(tokens)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');

/** The style sheet of reports and of the viewer of share links. */
export const REPORT_STYLE = `:root{${properties(LIGHT)};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${properties(DARK)}}}
@media print{:root{${properties(LIGHT)}}figure{break-inside:avoid}details{display:none}}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px;max-width:980px;background:var(--bg);color:var(--ink);font:13px/20px system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1{font-size:21px;line-height:28px;margin:0 0 4px}
h2{font-size:17px;line-height:23px;margin:32px 0 0}
h3{font-size:17px;line-height:23px;font-weight:600;margin:0 0 4px}
p{margin:0;color:var(--ink2)}
figure{margin:12px 0;padding:12px 16px;background:var(--card);border:1px solid var(--rule);border-radius:8px}
figcaption p{font-size:12px;line-height:18px}
svg{display:block;width:100%;height:auto;font-family:system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
.evidence{font-size:11px;line-height:17px;border-top:1px solid var(--rule);margin-top:8px;padding-top:6px}
.evidence span{margin-right:12px}
.evidence b{color:var(--ink)}
details{margin-top:6px;font-size:12px}
summary{cursor:pointer;color:var(--ink2)}
details div{overflow:auto;max-height:360px;margin-top:6px}
table{border-collapse:collapse}
th,td{padding:2px 12px 2px 0;text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--ink2);font-weight:600}
a{color:var(--ink)}
@media screen and (max-width:640px){body{padding:14px}figure{padding:10px}.picture{overflow-x:auto}.picture svg{min-width:760px}}
@media (forced-colors:active){.picture svg{forced-color-adjust:none;background:var(--card)}}
`;
