# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How the page looks: light and dark, on a desk, on a phone and on paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;
--page:#f4f6f8;--paper:#fff;--ink:#17212e;--soft:#566373;--line:#dde3ea;--code:#eef2f6;
--bad:#a5162b;--bad-bg:#fdeef0;--bad-line:#d8475c;
--fair:#7a4a00;--fair-bg:#fff5df;--fair-line:#dd9a1f;
--good:#12633a;--good-bg:#e7f6ed;--good-line:#2f9e63;
--open:#4347a0;--open-bg:#eeeffd;--open-line:#7b80dd;
--quiet:#566373;--quiet-bg:#edf1f5;--quiet-line:#b4bfcb;
--hdd:#436a9f;--ssd:#0d7a6b;--nvme:#7a4fb3;--other:#5d6a79}
@media (prefers-color-scheme:dark){:root{
--page:#0e1319;--paper:#161d26;--ink:#e6ebf1;--soft:#9ba8b7;--line:#2a3542;--code:#222c38;
--bad:#ff9da9;--bad-bg:#351a20;--bad-line:#d5566a;
--fair:#f3c768;--fair-bg:#322711;--fair-line:#c68d24;
--good:#84d8a7;--good-bg:#13291d;--good-line:#37a06a;
--open:#b6baff;--open-bg:#21244a;--open-line:#6d72cf;
--quiet:#9ba8b7;--quiet-bg:#202935;--quiet-line:#465465}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.55 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:break-word}
.wide,main,footer{max-width:1120px;margin:0 auto;padding:0 28px}
header{padding:40px 0 0}
.kind{margin:0;color:var(--soft);font-size:12px;font-weight:600;letter-spacing:.09em;
text-transform:uppercase}
h1{margin:2px 0 0;font-size:34px;line-height:1.2;letter-spacing:-.02em}
header .soft{margin:6px 0 0}
h2{margin:0 0 16px;font-size:22px;line-height:1.3;letter-spacing:-.012em}
h3{margin:32px 0 12px;font-size:16px;line-height:1.4}
h4{margin:0 0 6px;font-size:15px;line-height:1.5}
p{margin:0 0 10px}
section{margin:48px 0 0;scroll-margin-top:16px}
main>section:first-child{margin-top:20px}
footer{margin-top:56px;padding-top:20px;padding-bottom:48px;color:var(--soft);font-size:13px}
code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
padding:1px 5px;border-radius:4px;background:var(--code);overflow-wrap:anywhere}
.soft,.note{color:var(--soft);font-weight:400}
.note{margin-top:12px;font-size:14px}
.line{display:block;font-size:13px;line-height:1.45}
ul{margin:0;padding:0;list-style:none}
a{color:inherit}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{
outline:3px solid var(--open-line);outline-offset:2px}
.bad{--fg:var(--bad);--bg:var(--bad-bg);--edge:var(--bad-line)}
.fair{--fg:var(--fair);--bg:var(--fair-bg);--edge:var(--fair-line)}
.good{--fg:var(--good);--bg:var(--good-bg);--edge:var(--good-line)}
.open{--fg:var(--open);--bg:var(--open-bg);--edge:var(--open-line)}
.quiet{--fg:var(--quiet);--bg:var(--quiet-bg);--edge:var(--quiet-line)}
.verdict{padding:20px 24px;border-radius:12px;background:var(--bg);border:1px solid var(--edge)}
.verdict h2{margin:0 0 4px;color:var(--fg)}
.verdict p{margin:0}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;margin:16px 0 12px}
.tiles li{display:flex}
.tiles a,.tiles .none{flex:1;padding:12px 14px 10px;border-radius:10px;background:var(--paper);
border:1px solid var(--line);text-decoration:none;font-size:13px;line-height:1.3}
.tiles a:hover{border-color:var(--edge)}
.tiles b{display:block;font-size:26px;line-height:1.2;font-weight:600;color:var(--fg)}
.tiles .none,.tiles .none b{color:var(--soft);font-weight:400}
svg{display:block;max-width:100%}
svg.shares{width:100%;height:6px;border-radius:3px}
.part{fill:var(--edge)}
.silent{margin:20px 0 0;padding:12px 20px;border-radius:10px;background:var(--paper);
border:1px solid var(--line);border-left:4px solid var(--bad-line)}
.card{margin:0 0 14px;padding:16px 20px;border-radius:10px;background:var(--paper);
border:1px solid var(--line);border-left:4px solid var(--edge)}
.card h3{margin:0 0 10px}
.card h3 code{color:var(--fg);background:var(--bg)}
.card>p{margin:0 0 8px}
.finding{display:grid;grid-template-columns:minmax(0,1fr) 340px;gap:10px 28px}
.finding+.finding{margin-top:16px;padding-top:16px;border-top:1px solid var(--line)}
.what p{margin:0 0 8px;max-width:72ch}
.places li{margin:0 0 3px}
.finding .cure{display:block;align-self:start;padding:10px 14px;border-radius:8px;
background:var(--good-bg);--bg:var(--good-bg)}
.finding .cure b{font-size:13px}
.places .value{font-weight:600}
.cure{display:grid;grid-template-columns:max-content 1fr;gap:4px 12px;font-size:15px}
.cure b{color:var(--good)}
.cure p{margin:0}
.ways li+li::before{content:"or ";color:var(--soft)}
.lead{margin-bottom:14px}
.mark{display:inline-flex;gap:7px;align-items:baseline;color:var(--fg);font-weight:600;
font-size:14px;line-height:20px;text-align:left}
.mark i{position:relative;top:-1.5px;flex:none;width:18px;height:18px;
border-radius:50%;background:var(--bg);
box-shadow:inset 0 0 0 1px var(--edge);font:700 11px/18px system-ui,sans-serif;text-align:center}
.mark .soft{font-weight:400}
.legend{display:flex;flex-wrap:wrap;gap:4px 22px;margin:0 0 14px;font-size:14px}
.swatch{display:inline-block;width:12px;height:12px;margin-right:7px;border-radius:3px;
background:var(--k)}
.k-hdd{--k:var(--hdd)}.k-ssd{--k:var(--ssd)}.k-nvme{--k:var(--nvme)}.k-other{--k:var(--other)}
.topology,.inside{display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start}
.inside{gap:6px}
.domain{margin:0;padding:11px 12px 12px;border-radius:12px;border:1px solid var(--line);
background:color-mix(in srgb,var(--paper) 55%,var(--page));flex:0 1 auto;max-width:100%}
.domain figcaption{font-variant-numeric:tabular-nums;margin:0 0 10px;font-size:14px;line-height:1.4}
svg text{fill:var(--ink);font-size:12px;font-family:inherit}
svg .card{fill:var(--paper);stroke:var(--line)}
svg .name{font-size:13px;font-weight:600}
svg .size{fill:var(--soft)}
svg .row{font-size:11.5px}
svg .device,svg .band{fill:var(--k)}
svg .chip{fill:#fff;font-size:11px;font-weight:600}
svg .low{font-size:10px;font-weight:400}
.piece{fill:var(--good-line)}
.missing{fill:none;stroke:var(--bad-line);stroke-width:1.4;stroke-dasharray:2.4 2}
.least{stroke:var(--ink);stroke-width:1.5}
.scroll{overflow-x:auto}
.tiles,table{font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:separate;border-spacing:0;background:var(--paper);
border:1px solid var(--line);border-radius:10px;overflow:hidden;font-size:14px}
caption{padding:0 0 8px;color:var(--soft);text-align:left}
th,td{padding:10px 14px;text-align:left;vertical-align:top}
thead th{color:var(--soft);font-size:12.5px;font-weight:600;border-bottom:1px solid var(--line)}
tbody tr+tr>*{border-top:1px solid var(--line)}
tbody th{font-weight:400}
tbody th b{font-weight:600}
.pools thead th:first-child,.capacity thead th:first-child{width:25%}
.pools td,.pools thead th:not(:first-child){padding-left:8px;padding-right:8px}
.capacity td{white-space:nowrap}
.capacity td:last-child{white-space:normal}
.group{margin:0 0 18px}
.group h3{margin:18px 0 8px;font-size:14px;font-weight:600;color:var(--soft)}
.rules{columns:2;column-gap:36px;font-size:14px}
.rules li{display:grid;grid-template-columns:86px 1fr;margin:0 0 6px;break-inside:avoid;
line-height:1.45}
.rules code{justify-self:start;align-self:start}
summary{cursor:pointer}
summary h2{display:inline;margin:0}
details .places,details .rules:first-of-type,details .group:first-of-type{margin-top:10px}
@media screen and (max-width:820px){
.wide,main,footer{padding:0 16px}
header{padding-top:24px}
h1{font-size:28px}h2{font-size:20px}
section{margin-top:36px}
.tiles{grid-template-columns:repeat(3,1fr);gap:8px}
.verdict,.card{padding:14px 16px}
.cure,.finding{grid-template-columns:minmax(0,1fr)}
.rules{columns:1}
.domain{flex:1 1 100%}
table.cards{border:0;background:none;border-radius:0}
table.cards caption,table.cards tbody,table.cards tr,table.cards th,table.cards td{display:block}
table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards tr{margin:0 0 10px;padding:6px 0;border:1px solid var(--line);border-radius:10px;
background:var(--paper)}
table.cards tbody tr>*{border:0;padding:5px 14px}
table.cards td{display:grid;grid-template-columns:104px 1fr;gap:10px}
table.cards td::before{content:attr(data-label);color:var(--soft);font-size:13px;line-height:20px}
}
@media print{
:root{--page:#fff;--paper:#fff;--ink:#000;--soft:#333;--line:#999;--code:#fff;
--bad:#000;--fair:#000;--good:#000;--open:#000;--quiet:#000;
--bad-bg:#fff;--fair-bg:#fff;--good-bg:#fff;--open-bg:#fff;--quiet-bg:#fff}
body,table,.card,.rules,.mark{font-size:9.5pt}
.finding{grid-template-columns:minmax(0,1fr) 210px}
th,td{padding:6px 8px}
.wide,main,footer{max-width:none;padding:0}
header{padding:0}
section{margin-top:22pt}
h2,h3,h4,caption,figcaption{break-after:avoid}
.card,.finding,tr,.domain,svg,.tiles li{break-inside:avoid}
a{text-decoration:none}
svg .device,svg .band,.swatch{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;height:auto}
summary{list-style:none}
}
"""
