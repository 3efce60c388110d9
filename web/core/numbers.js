/* Numbers that people type, in the language of the page.

     PolicyLab.numbers.read(text)     the number, null for an empty text, NaN for what is no number
     PolicyLab.numbers.write(value)   as it stands in a box: no thousands apart, the language's decimal sign
     PolicyLab.numbers.places(value)  decimal places that it has

   The decimal sign is that of the language. The other one parts thousands where it stands as such ("20,000" in English),
   and is taken for a decimal sign where it cannot ("0.5" in German), since many keyboards have only that. */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const word = (name, other) => (lab.facts && lab.facts.words["number." + name]) || other;

  function read(text) {
    const plain = text.trim().replace(/[\s\u00a0\u202f]/g, "").replace("−", "-");
    if (!plain) return null;
    const decimal = word("decimal", ".");
    const apart = decimal === "." ? "," : ".";
    const grouped = new RegExp(`^[-+]?[1-9]\\d{0,2}(\\${apart}\\d{3})+(\\${decimal}\\d*)?$`);
    const joined = grouped.test(plain) ? plain.split(apart).join("") : plain.replace(apart, decimal);
    const number = joined.replace(decimal, ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(number) ? Number(number) : NaN;
  }

  const write = (value) => String(value).replace(".", word("decimal", "."));

  /* As many decimal places as the number has. */
  const places = (value) => Math.min(6, (String(value).split(".")[1] || "").length);

  lab.numbers = { read, write, places };
  if (typeof module === "object" && module.exports) module.exports = lab.numbers;
})(typeof globalThis === "object" ? globalThis : self);
