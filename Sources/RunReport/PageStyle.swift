/// How the page looks: light or dark as the reader's system is, light on paper.
enum PageStyle {
  static let text = """
    :root { --ground: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --panel: #f5f7f9;
      --good: #1a7f4b; --warn: #9a5b00; --bad: #c0262d; --pending: #b9c0c8; --initial: #e0b13c; --draining: #7d9bc4;
      --leaving: #8b8f96; --aside: #a58bd0; --stage: #3d6fb4; }
    @media (prefers-color-scheme: dark) { :root { --ground: #14171b; --ink: #e4e8ec; --soft: #9aa4af; --line: #343b44;
      --panel: #1d2228; --good: #4cbf86; --warn: #e0a74a; --bad: #ff7b72; --pending: #59626d; --initial: #b98f2c;
      --draining: #5d7fae; --leaving: #747b84; --aside: #8d73bd; --stage: #6d9be0; } }
    @media print { :root { --ground: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #fff; --good: #1a7f4b;
      --warn: #9a5b00; --bad: #c0262d; --pending: #b9c0c8; --initial: #e0b13c; --draining: #7d9bc4; --leaving: #8b8f96;
      --aside: #a58bd0; --stage: #3d6fb4; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--ground); color: var(--ink);
      font: 16px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
    h1 { font-size: 1.5rem; margin: .3rem 0; overflow-wrap: anywhere; }
    h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
    .badge { display: inline-block; margin: 0; padding: .1rem .6rem; border-radius: .3rem; border: 2px solid;
      font-weight: 600; }
    .badge.good { color: var(--good); } .badge.warn { color: var(--warn); } .badge.bad { color: var(--bad); }
    .sentence { overflow-wrap: anywhere; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .3rem 1.5rem;
      margin: 1rem 0; }
    dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid var(--line); }
    th { color: var(--soft); font-weight: 600; font-size: .85rem; }
    .number { white-space: nowrap; font-variant-numeric: tabular-nums; }
    .log td:last-child { overflow-wrap: anywhere; width: 100%; }
    .warning b { color: var(--warn); } .error b { color: var(--bad); }
    .id, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
    pre { background: var(--panel); border: 1px solid var(--line); padding: .6rem; white-space: pre-wrap;
      overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; } .calls { font-size: .9rem; }
    .stages td { width: 1%; white-space: nowrap; } .stages td.wide { width: 98%; padding-right: 0; }
    svg.bar { display: block; width: 100%; height: 16px; }
    svg.drawing { display: block; width: 100%; overflow: visible; }
    svg text { fill: var(--ink); font-size: 12px; } svg .soft, svg .mark { fill: var(--soft); }
    svg .id { font-size: 12px; } svg .mark { font-size: 11px; }
    .grid { stroke: var(--line); }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .4rem 0; padding: 0;
      font-size: .9rem; }
    .legend svg { vertical-align: -1px; }
    .stage { fill: var(--stage); } .pending { fill: var(--pending); } .initial { fill: var(--initial); }
    .healthy, .serving { fill: var(--good); } .unhealthy, .below { fill: url(#stripes) var(--bad); }
    .draining { fill: var(--draining); } .leaving { fill: var(--leaving); } .aside { fill: var(--aside); }
    .stripe-ground { fill: var(--bad); } .stripe { fill: var(--ground); }
    .floor { stroke: var(--bad); stroke-width: 2; } .desired { stroke: var(--ink); stroke-dasharray: 3 3; }
    .key-serving { fill: var(--good); } .key-floor { fill: var(--bad); } .key-desired { fill: var(--ink); }
    svg .serving { fill-opacity: .75; }
    summary { cursor: pointer; margin: .5rem 0; color: var(--soft); }
    footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
    @media print { body { max-width: none; padding: 0; font-size: 10pt; } section { break-inside: auto; }
      h2, h3 { break-after: avoid; } tr, pre, svg { break-inside: avoid; } .scroll { overflow: visible; }
      .calls { font-size: 8pt; } .calls td { overflow-wrap: anywhere; } .badge { print-color-adjust: exact; }
      svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      details::details-content { content-visibility: visible; block-size: auto; } summary { display: none; } }
    """
}
