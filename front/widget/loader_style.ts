/** The launcher's sheet: one string, since its page gives us no file, and written tight, since it is counted in bytes. */
export const css =
  ":host{all:initial;position:fixed;z-index:2147483000;inset:auto 20px 20px auto;font:14px/1.45 system-ui,sans-serif}" +
  ":host([left]){inset:auto auto 20px 20px}:host([left]) .panel{right:auto;left:0}" +
  "[hidden]{display:none !important}" +
  ".launcher{position:relative;display:grid;place-items:center;width:56px;height:56px;padding:0;border:0;border-radius:50%;background:var(--accent);color:var(--ink);box-shadow:0 0 0 1px #0001,0 4px 16px #0003;cursor:pointer}" +
  ".launcher:focus-visible,.waiting button:focus-visible{outline:2px solid var(--accent);outline-offset:3px;box-shadow:0 0 0 3px #fff}" +
  "svg{grid-area:1/1;width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;transition:.12s}" +
  ".down,:host([open]) .bubble{opacity:0;transform:scale(.6)}" +
  ":host([open]) .down{opacity:1;transform:none}" +
  ".badge{position:absolute;top:-4px;right:-4px;min-width:10px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font:600 12px/22px system-ui;text-align:center}" +
  ".panel{position:absolute;right:0;bottom:68px;display:grid;width:400px;max-width:calc(100vw - 40px);height:min(680px,100vh - 108px);overflow:hidden;border-radius:10px;background:#fff;color:#1c2127;box-shadow:0 0 0 1px #0001,0 16px 48px #0003}" +
  "iframe,.waiting{grid-area:1/1;width:100%;height:100%;border:0}" +
  "iframe{opacity:0;color-scheme:normal}" +
  ":host([ready]) iframe{opacity:1}" +
  ".waiting{box-sizing:border-box;padding:24px}" +
  ":host([ready]) .waiting{display:none}" +
  ".waiting i{display:block;height:16px;margin-bottom:12px;border-radius:6px;background:#8882}" +
  ".waiting i:first-child{width:45%;height:28px}" +
  ".waiting p{margin:0 0 16px}" +
  ".waiting button{padding:10px 14px;border:1px solid #8886;border-radius:6px;background:none;color:inherit;font:inherit;cursor:pointer}" +
  "@media (prefers-color-scheme:dark){.panel{background:#15181c;color:#eceef0}}" +
  "@media (max-width:480px){.panel,:host([left]) .panel{position:fixed;inset:var(--top,0) 0 auto;width:100%;max-width:none;height:var(--height,100%);border-radius:0}:host([open][ready]) .launcher{display:none}}" +
  "@media (prefers-reduced-motion:reduce){svg{transition:none}}" +
  "@media print{:host{display:none}}";
