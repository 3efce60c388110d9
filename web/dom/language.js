/* The page in another language: the same address with another "lang". */
(function () {
  "use strict";

  function chosen(event) {
    const link = event.target.closest && event.target.closest("a[data-language]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const parts = window.location.search.slice(1).split("&").filter((part) => part && !part.startsWith("lang="));
    parts.push("lang=" + link.dataset.language);
    window.location.assign(window.location.pathname + "?" + parts.join("&") + window.location.hash);
  }

  document.addEventListener("click", chosen);
})();
