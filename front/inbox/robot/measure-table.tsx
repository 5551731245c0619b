/** The measures of every topic or person, ordered by any column. */
import { useMemo, useState } from "preact/hooks";
import { ArrowDown, ArrowUp } from "lucide-preact";
import { t } from "../../shared/i18n";
import { topicPath } from "./address";
import { percent } from "./figures";
import { type Column, COLUMNS, changedOf, type Measure, ordered, type Order, PARTS, stretch, turned } from "./measured";
import { Bar } from "./mix";
import { Scrolled } from "./replay-tables";

const FIRST = 20;
type Kind = "topic" | "agent";

export function MeasureTable({ kind, rows }: { kind: Kind; rows: readonly Measure[] }) {
  const [order, setOrder] = useState<Order>({ column: "offered", down: true });
  const [most, setMost] = useState(FIRST);
  const named = useMemo(() => rows.map((row) => ({ ...row, name: row.name === "" ? t(kind === "topic" ? "robot.measures.no_entry" : "common.somebody") : row.name })), [rows, kind]);
  const shown = useMemo(() => ordered(named, order), [named, order]);
  const title = t(`robot.measures.by_${kind}`);
  if (rows.length === 0) return null;
  return (
    <section class="replay-part measure-part" aria-labelledby={`measures-${kind}`}>
      <h2 id={`measures-${kind}`}>{title}</h2>
      <p class="quiet">{t(`robot.measures.by_${kind}_about`)}</p>
      <Scrolled label={title}>
        <table class="measure-table">
          <thead><tr>{COLUMNS.map((column) => <Head key={column} kind={kind} column={column} order={order} setOrder={setOrder} />)}</tr></thead>
          <tbody>{shown.slice(0, most).map((row) => <Row key={row.id} kind={kind} row={row} />)}</tbody>
        </table>
      </Scrolled>
      {shown.length > most && <button type="button" class="button more-rows" onClick={() => setMost(shown.length)}>{t("knowledge.more")}</button>}
    </section>
  );
}

function Head({ kind, column, order, setOrder }: { kind: Kind; column: Column; order: Order; setOrder: (order: Order) => void }) {
  const leads = order.column === column;
  const Arrow = order.down ? ArrowDown : ArrowUp;
  return (
    <th scope="col" class={column === "name" ? "" : "figure"} aria-sort={leads ? (order.down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => setOrder(turned(order, column))}>
        {t(`robot.measures.column.${column === "name" ? kind : column}`)}{leads && <Arrow size={12} aria-hidden="true" />}
      </button>
    </th>
  );
}

function Row({ kind, row }: { kind: Kind; row: Measure }) {
  const changed = changedOf(row);
  const saved = row.seconds_saved;
  return (
    <tr>
      <th scope="row">
        {kind === "topic" && row.id !== null ? <a href={topicPath(row.id)}>{row.name}</a> : row.name}
        <Bar row={row} />
      </th>
      <td class="figure">{row.offered}</td>
      <td class="figure">{row.acceptance === null ? "–" : percent(row.acceptance)}</td>
      {PARTS.map((part) => <td key={part} class="figure">{row[part]}</td>)}
      <td class="figure">{changed === null ? "–" : percent(changed)}</td>
      <td class="figure">{saved === null ? "–" : `${saved < 0 ? "−" : ""}${stretch(saved)}`}</td>
    </tr>
  );
}
