/** From a plain module to a React function, for Dash. Dash's own React is used: a second copy would break hooks. */

/** @typedef {Record<string, any> & { id: string, html?: string, setProps?: (changed: Record<string, unknown>) => void }} Props */
/** @typedef {(changed: Record<string, unknown>) => void} Report tells Dash; what it is told comes back as an update */
/** @typedef {{ update: (props: Props) => void, destroy: () => void }} Mounted */

/**
 * A component that mounts a module once, hands its properties down and its reports up.
 * @param {(host: HTMLElement, props: Props, report: Report) => Mounted} mount
 */
export function component(mount) {
  /** @param {Props} props */
  return function Widget(props) {
    const { createElement, useLayoutEffect, useRef } = /** @type {any} */ (window).React;
    const host = useRef(null);
    const mounted = useRef(null);
    const latest = useRef(props);
    latest.current = props;
    useLayoutEffect(() => {
      mounted.current = mount(host.current, latest.current, (changed) => latest.current.setProps?.(changed));
      return () => mounted.current.destroy();
    }, []);
    useLayoutEffect(() => mounted.current.update(props));
    return createElement("div", { id: props.id, ref: host, className: "widget" });
  };
}
