// The selects of provider and model know of each other; what was typed or chosen survives what is fetched beside it.
(() => {
  const provider = () => document.getElementById("default-provider");
  const model = () => document.getElementById("default-model");

  // The model's select holds only the provider's models, all of which it remembers; while no provider is chosen or none can be
  // used, it shows them all.
  const groups = new WeakMap();
  const narrow = () => {
    if (!provider() || !model()) return;
    if (!groups.has(model())) {
      groups.set(model(), { none: model().options[0], all: [...model().querySelectorAll("optgroup")] });
    }
    const { none, all } = groups.get(model());
    const chosen = model().value;
    const usable = all.some(group => group.querySelector("option:not([disabled])"));
    const any = provider().value === "" || !usable;
    const fitting = all.filter(group => group.dataset.provider === provider().value || any);
    const enabled = fitting.flatMap(group => [...group.querySelectorAll("option:not([disabled])")]);
    model().replaceChildren(...any || !enabled.length ? [none] : [], ...fitting);
    const kept = enabled.find(option => option.value === chosen);
    const proposed = any ? null : enabled.find(option => option.defaultSelected) ?? enabled[0];
    model().value = (kept ?? proposed)?.value ?? "";
  };
  document.addEventListener("change", event => {
    if (event.target === provider()) {
      if (provider().value === "") model().value = "";
      narrow();
    } else if (event.target === model() && provider() && model().value) {
      provider().value = model().selectedOptions[0].closest("optgroup").dataset.provider;
      narrow();
    }
  });

  // A field for a secret keeps its text when the server has refused it: no answer ever holds it.
  let typed = [];
  // A provider and model that are chosen but not yet saved stay chosen when the selects are made anew.
  let chosen = null;
  const changed = select => ![...select.options].some(option => option.defaultSelected && option.selected);
  document.addEventListener("htmx:beforeSwap", event => {
    const refused = event.detail.xhr.status >= 400;
    typed = refused ? [...event.detail.target.querySelectorAll("input[type=password]")].map(field => [field.id, field.value]) : [];
    chosen = provider() && model() && (changed(provider()) || changed(model())) ? [provider().value, model().value] : null;
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (chosen && provider()) {
      provider().value = chosen[0];
      if ([...model().options].some(option => option.value === chosen[1])) model().value = chosen[1];
    }
    narrow();
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, text] of typed) {
      const field = document.getElementById(id);
      if (field) field.value = text;
    }
    typed = [];
    narrow();
  });
  narrow();
})();
