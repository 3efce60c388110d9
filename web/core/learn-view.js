/** What Learn looks at, as a text for its link: "story~step", the step counted from 1; "" for the list. */

/** @typedef {{ story: string, step: number }} LearnView */

export const LETTER = "t";
const FORM = /^([A-Za-z0-9_-]{1,60})~(\d{1,3})$/;

/** Null for what cannot be read. @param {string} text @returns {LearnView | null} */
export function read(text) {
  if (!text) return { story: "", step: 1 };
  const [, story = "", step = "1"] = FORM.exec(text) ?? [];
  return story && Number(step) > 0 ? { story, step: Number(step) } : null;
}

/** @param {LearnView} view */
export const written = ({ story, step }) => (story ? `${story}~${step}` : "");
