/** Keeps a fault in one pane from taking the others with it; the pane offers to draw itself anew. */
import { Component, type ComponentChildren } from "preact";
import { t } from "../../shared/i18n";
import { Blank } from "./bits";

interface Props {
  children: ComponentChildren;
}

export class Guard extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    // For whoever looks for the cause: the page shows only what to do.
    reportError(error);
  }

  override render({ children }: Props) {
    if (!this.state.broken) return children;
    return (
      <Blank title={t("common.broken")}>
        <p>{t("common.broken_hint")}</p>
        <button type="button" class="button" onClick={() => this.setState({ broken: false })}>{t("common.retry")}</button>
      </Blank>
    );
  }
}
