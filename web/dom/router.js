/* What belongs to the page as a whole: which page is on show, the address bar, messages, buttons.

     PolicyLab.page.does(name, action)   what a button with data-do="name" does; action(button)
     PolicyLab.page.tell(text)           a message above the page, "" takes it away
     PolicyLab.page.said(text)           a word beside the buttons of the bar that goes by itself
     PolicyLab.page.visited(listener)    listener(page) when a page comes on show
     PolicyLab.page.now                  which page that is
     PolicyLab.page.base                 the path that the app stands at, "/" or "/prefix/"
     PolicyLab.page.link()               the whole address of the state
     PolicyLab.page.go(page)             another page with the state as it is, as a link to it does
     PolicyLab.page.addressOf(page)      the address of a page with the state
     PolicyLab.page.aside(name, text)    sets a part of the address that decides no setting (v, h, lang); "" takes it out */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const { one, all, write } = lab.dom;
  const SAID = 4000; // milliseconds
  const actions = new Map();
  const visitors = [];

  // --- pages and addresses --------------------------------------------------------------------------------------

  const links = () => all(".nav__link");
  const base = () => new URL(one('.nav__link[data-page="explore"]').href).pathname;

  const pages = new Map(links().map((link) => [new URL(link.href).pathname, link.dataset.page]));
  const now = () => pages.get(window.location.pathname) || "explore";

  function show() {
    const page = now();
    document.documentElement.dataset.page = page;
    for (const link of links()) {
      if (link.dataset.page === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (link.dataset.page === page) document.title = link.textContent + " · " + lab.say("app.name");
    }
    for (const visitor of visitors) visitor(page);
  }

  /* The state's part of the address, and the parts that decide no setting: what Compare and Precedents look at, and the language. */
  function query(changed) {
    const parts = [lab.state.query.slice(1)];
    for (const name of ["v", "h", "lang"]) {
      const [, stands = ""] = new RegExp(`[?&]${name}=([^&]*)`).exec(window.location.search) || [];
      const text = changed && name in changed ? changed[name] : stands;
      if (text) parts.push(name + "=" + text);
    }
    const whole = parts.filter(Boolean).join("&");
    return whole && "?" + whole;
  }

  /* Sets such a part, "" takes it out. */
  function aside(name, text) {
    const wanted = query({ [name]: text });
    if (wanted !== window.location.search) window.history.replaceState(window.history.state, "", window.location.pathname + wanted + window.location.hash);
  }

  function writeAddress() {
    window.history.replaceState(window.history.state, "", window.location.pathname + query() + window.location.hash);
  }

  function follow(event) {
    const link = event.target.closest && event.target.closest(".nav__link");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(link.dataset.page);
  }

  const addressOf = (page) => new URL(one(`.nav__link[data-page="${page}"]`).href).pathname + query();

  function go(page) {
    window.history.pushState(null, "", addressOf(page));
    show();
    window.scrollTo(0, 0);
  }

  function wentBack() {
    show();
    if (window.location.search !== query()) open();
  }

  /* Follows the link in the address bar. */
  function open() {
    const asked = window.location.search;
    tell(lab.state.open(asked));
    writeAddress();
  }

  // --- messages -------------------------------------------------------------------------------------------------

  function tell(text) {
    write(one(".notice__text"), text);
    one("#notice").classList.toggle("notice--empty", !text);
  }

  let hushing = 0;
  function said(text) {
    const place = one("#share-said");
    write(place, text);
    window.clearTimeout(hushing);
    hushing = window.setTimeout(() => write(place, ""), SAID);
  }

  function share() {
    if (!navigator.clipboard) return said(lab.say("app.not_shared"));
    return navigator.clipboard.writeText(link()).then(() => said(lab.say("app.shared")), () => said(lab.say("app.not_shared")));
  }

  const named = () => (/^#variable=/.test(window.location.hash) ? window.location.hash : ""); // an entry of the Model page
  const link = () => window.location.origin + window.location.pathname + query() + named();

  // --- buttons --------------------------------------------------------------------------------------------------

  function pressed(event) {
    const button = event.target.closest && event.target.closest("[data-do]");
    if (button && actions.has(button.dataset.do)) actions.get(button.dataset.do)(button);
  }

  /* A menu closes with Escape, with a choice, and with a press beside it. */
  function closeMenus(event) {
    if (event.type === "keydown" && event.key !== "Escape") return; // a key on a slider need not look for menus
    for (const menu of all("details.chart__save[open], details.chart__about[open]")) {
      const escaped = event.type === "keydown" && event.key === "Escape";
      const elsewhere = event.type === "click" && (!menu.contains(event.target) || event.target.closest(".menu"));
      if (escaped && menu.contains(document.activeElement)) one("summary", menu).focus();
      if (escaped || elsewhere) menu.open = false;
    }
  }

  const does = (name, action) => actions.set(name, action);
  does("hush", () => tell(""));
  does("share", share);
  does("recolour", lab.colours.turn);
  does("undo", () => lab.state.undo());
  does("redo", () => lab.state.redo());

  lab.colours.dress(); // the button's word, now that words are there
  document.addEventListener("click", follow);
  document.addEventListener("click", pressed);
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
  window.addEventListener("popstate", wentBack);

  lab.page = {
    does, tell, said, share, show, open, writeAddress, aside, link, go, addressOf,
    visited: (listener) => visitors.push(listener),
    get now() { return now(); },
    get base() { return base(); },
  };
})(globalThis);
