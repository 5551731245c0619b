/** Redraws a component only when a prop changed: a list of fifty rows must not redraw for one of them. */
import { Component, createElement, type ComponentChild, type FunctionComponent } from "preact";

export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const held = this.props as Record<string, unknown>;
      const wanted = next as Record<string, unknown>;
      return Object.keys(wanted).some((name) => held[name] !== wanted[name]) || Object.keys(held).some((name) => !(name in wanted));
    }
    override render(): ComponentChild {
      return createElement(Inner, this.props as P);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
