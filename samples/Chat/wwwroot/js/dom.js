// Small steps of building a page. Text only ever enters as text: nothing here takes markup.

/** The element of this page with this id. */
export const byId = id => document.getElementById(id);

/** Makes an element: `make("p", { class: "note", hidden: true }, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, value === true ? "" : value);
        }
    }
    element.append(...children.filter(child => child !== null && child !== undefined));
    return element;
}

/** Makes an icon of one stroked path on a grid of 20 by 20. */
export function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    stroke.setAttribute("d", path);
    svg.append(stroke);
    return svg;
}

/** The three dots of somebody who is typing. */
export const dots = () => make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
