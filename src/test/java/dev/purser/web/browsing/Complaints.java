package dev.purser.web.browsing;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What goes wrong in a window without being seen in it: errors and warnings of the console, errors
 * of scripts, violations of the content security policy, requests to other hosts.
 */
final class Complaints {
  /** How Chromium says that an answer was not a success. */
  private static final Pattern STATUS = Pattern.compile("responded with a status of (\\d+)");

  private static final Set<String> BAD = Set.of("error", "warning", "assert");
  private static final Set<String> WITHOUT_HOST = Set.of("data", "blob", "about");

  /** Says of a violation more than the console does, and says it of every kind. */
  private static final String REPORT_VIOLATIONS =
      """
      document.addEventListener("securitypolicyviolation", violation =>
        purserPolicyViolation(`${violation.effectiveDirective} forbids ${violation.blockedURI}`));
      """;

  private final URI origin;
  private final List<String> found = new ArrayList<>();
  private final Set<Integer> expectedStatuses = new TreeSet<>();
  private final List<String> expectedMessages = new ArrayList<>();
  private final Set<Integer> statuses = new TreeSet<>();
  private final List<String> messages = new ArrayList<>();

  private Complaints(URI origin) {
    this.origin = origin;
  }

  /** Listens to all pages of a context from now on. */
  static Complaints of(BrowserContext context, URI origin) {
    Complaints complaints = new Complaints(origin);
    context.onConsoleMessage(complaints::console);
    context.onWebError(error -> complaints.found.add("script: " + error.error()));
    context.onRequest(request -> complaints.request(request.url()));
    context.onResponse(response -> complaints.statuses.add(response.status()));
    context.onPage(page -> {
      page.onWebSocket(socket -> complaints.request(socket.url()));
      page.onCrash(crashed -> complaints.found.add("the page crashed: " + crashed.url()));
    });
    context.exposeFunction(
        "purserPolicyViolation", what -> complaints.found.add("policy: " + what[0]));
    context.addInitScript(REPORT_VIOLATIONS);
    return complaints;
  }

  void expectStatus(int status) {
    expectedStatuses.add(status);
  }

  void expectMessage(String part) {
    expectedMessages.add(part);
  }

  /** All so far, and what was expected and did not come. */
  List<String> all() {
    List<String> all = new ArrayList<>(found);
    expectedStatuses.stream()
        .filter(status -> !statuses.contains(status))
        .forEach(status -> all.add("expected an answer with status " + status + ", none came"));
    expectedMessages.stream()
        .filter(part -> messages.stream().noneMatch(message -> message.contains(part)))
        .forEach(part -> all.add("expected on the console, and did not come: " + part));
    return all;
  }

  private void console(ConsoleMessage message) {
    if (!BAD.contains(message.type())) {
      return;
    }
    String text = message.text();
    messages.add(text);
    Matcher status = STATUS.matcher(text);
    boolean expected =
        (status.find() && expectedStatuses.contains(Integer.parseInt(status.group(1))))
            || expectedMessages.stream().anyMatch(text::contains);
    if (!expected) {
      found.add("console " + message.type() + ": " + text + " (" + message.location() + ")");
    }
  }

  private void request(String url) {
    URI uri = URI.create(url);
    if (!WITHOUT_HOST.contains(uri.getScheme())
        && !String.valueOf(uri.getAuthority()).equals(origin.getAuthority())) {
      found.add("request to another host: " + url);
    }
  }
}
