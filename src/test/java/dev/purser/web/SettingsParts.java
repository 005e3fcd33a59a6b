package dev.purser.web;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.web.browsing.Window;
import tools.jackson.databind.JsonNode;

/** The parts of the page of settings, and what is saved of them. */
final class SettingsParts {
  static final String BAD_KEY = "sk-ant-api03-test-0123456789abcdefghijklmnop-revoked";
  static final String SAVED_KEY = "sk-ant-api03-test-good-0123456789abcdefghijklmnopQRST-AA";
  static final String OTHER_KEY = "sk-ant-api03-test-9876543210zyxwvutsrqponmlkjihgfedc";

  private SettingsParts() {}

  static Locator row(Window window, String provider) {
    return window.page().locator("#key-" + provider);
  }

  static Locator keyField(Window window, String provider) {
    return row(window, provider).locator("input[type=password]");
  }

  static Locator button(Locator within, String name) {
    return within.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
  }

  static Locator link(Locator within, String name) {
    return within.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name));
  }

  static Locator saveChanges(Window window) {
    return window.page().locator("#llm-save");
  }

  static Locator budget(Window window) {
    return window.page().getByLabel("Monthly Budget", new Page.GetByLabelOptions().setExact(true));
  }

  static Locator model(Window window) {
    return window.page().getByLabel("Default model");
  }

  /** What says that something did not arrive, or came to nothing. */
  static Locator trouble(Window window) {
    return window.page().locator("#trouble");
  }

  static Locator provider(Window window) {
    return window.page().getByLabel("Default provider");
  }

  static void pasteKey(Window window, String provider, String key) {
    keyField(window, provider).fill(key);
    button(row(window, provider), "Save & Verify").click();
  }

  static JsonNode keys(Person person) {
    return person.api().get("/api/keys").ok(200).path("items");
  }

  static JsonNode settings(Person person) {
    return person.api().get("/api/settings").ok(200);
  }

  /** The same person, with API keys and a call that has ended. */
  static Person withACall(Person somebody) {
    Person person = somebody.withProviderKeys();
    Http caller = person.caller("support-bot");
    Http.Answer answer =
        caller.post(
            "/v1/messages",
            """
            {"model":"claude-haiku-5-5","max_tokens":50,
             "messages":[{"role":"user","content":"hello"}]}\
            """);
    person.settledCall(answer.header("x-purser-call-id"));
    return person;
  }
}
