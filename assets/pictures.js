/* A chart as a picture for a slide: on white, with its title, legend, source line, model version and link inside. */
(function () {
  "use strict";
  const SIZE = { width: 1200, height: 675 };

  function graph(side) {
    const frame = document.querySelector(".chart--" + side + " .js-plotly-plot");
    return frame && frame.data ? frame : null;
  }

  function note(text, y, size) {
    return {
      text: text, xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "top", xshift: -50, yshift: y,
      align: "left", showarrow: false, font: { size: size, color: "#5B6876" },
    };
  }

  function wrap(text, width) {
    const lines = [""];
    for (const word of text.replace(/[<>&]/g, " ").split(" ")) {
      if ((lines[lines.length - 1] + " " + word).length > width) lines.push("");
      lines[lines.length - 1] += (lines[lines.length - 1] ? " " : "") + word;
    }
    return lines.join("<br>");
  }

  function slide(side, source) {
    const drawn = graph(side);
    const layout = JSON.parse(JSON.stringify(drawn.layout));
    const title = document.querySelector(".chart--" + side + " .field--title input").value;
    const link = window.location.origin + window.location.pathname + window.location.search;
    layout.title = { text: wrap(title, 90), x: 0, xref: "paper", xanchor: "left", font: { size: 22 } };
    layout.paper_bgcolor = "#ffffff";
    layout.plot_bgcolor = "#ffffff";
    layout.showlegend = true;
    layout.legend = { orientation: "h", x: 0, y: 1.14, yanchor: "bottom" };
    layout.margin = { l: 64, r: 28, t: 118, b: 104 };
    layout.annotations = (layout.annotations || []).concat([note(wrap(source, 170), -34, 12), note(cut(link), -70, 11)]);
    return { data: drawn.data, layout: Object.assign(layout, SIZE, { autosize: false }) };
  }

  function cut(link) {
    return link.replace(/[<>"]/g, "").replace(/(.{165})/g, "$1<br>").replace(/&/g, "&amp;");
  }

  function name(side, kind) {
    const title = document.querySelector(".chart--" + side + " .field--title input").value;
    return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") + "." + kind;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.policy_lab = Object.assign(window.dash_clientside.policy_lab || {}, {
    savePicture: function (side, kind, source) {
      if (!graph(side)) return;
      const file = Object.assign({ format: kind, scale: kind === "png" ? 2 : 1 }, SIZE);
      window.Plotly.toImage(slide(side, source), file).then((picture) => {
        const link = document.createElement("a");
        link.href = picture;
        link.download = name(side, kind);
        link.click();
      });
    },
  });
})();
