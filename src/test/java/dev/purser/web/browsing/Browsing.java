package dev.purser.web.browsing;

import dev.purser.pricing.Provider;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test of the pages needs: a Chromium (one for all tests), Purser before simulated providers
 * (one for the class, with a person for each test), and windows, which are closed after each test.
 * Of a test that fails, pictures of its windows are kept.
 *
 * <p>To be registered as {@code @RegisterExtension static final Browsing browsing = new
 * Browsing();}
 */
public final class Browsing implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace ALL_TESTS =
      ExtensionContext.Namespace.create(Chromium.class);

  private static final Pattern PARAMETERS = Pattern.compile("#(\\d+)]$");

  private @Nullable Ongoing test;
  private @Nullable Running running;

  /** Purser and its providers. */
  private record Running(Sandbox sandbox, RunningPurser purser) {
    static Running start() {
      Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
      return new Running(sandbox, purserBefore(sandbox));
    }

    void close() {
      purser.close();
      sandbox.close();
    }
  }

  /** The test that runs, and what it has opened. */
  private record Ongoing(
      Chromium chromium, String name, List<Window> windows, Deque<RunningPurser> pursers) {}

  /** The class's Purser, on SQLite. */
  public RunningPurser purser() {
    return running().purser();
  }

  /** The providers. */
  public Sandbox sandbox() {
    return running().sandbox();
  }

  /** Another Purser, before the same providers, with nobody in it; closed after the test. */
  public RunningPurser emptyPurser() {
    RunningPurser empty = purserBefore(sandbox());
    test().pursers().push(empty);
    return empty;
  }

  public Person newPerson() {
    return purser().newPerson();
  }

  /** A window of somebody who is signed in, still empty. */
  public Window window(Person person, Look look) {
    return signedOut(look).withCookie(purser().sessionCookie(person));
  }

  /** The same, on a desk and light. */
  public Window window(Person person) {
    return window(person, Look.LIGHT);
  }

  /** A window of somebody who is not signed in. */
  public Window signedOut(Look look) {
    return window(URI.create(purser().url()), look);
  }

  /** A window on any server of this machine. */
  public Window window(URI origin, Look look) {
    Ongoing now = test();
    Window window =
        now.chromium().open(origin, look, now.name() + "-" + (now.windows().size() + 1));
    now.windows().add(window);
    return window;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Chromium chromium =
        context
            .getRoot()
            .getStore(ALL_TESTS)
            .computeIfAbsent(Chromium.class, ignored -> Chromium.start(), Chromium.class);
    test = new Ongoing(chromium, name(context), new ArrayList<>(), new ArrayDeque<>());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Ongoing ended = test();
    test = null;
    Optional<Throwable> failure = context.getExecutionException();
    List<AssertionError> complaints = new ArrayList<>();
    for (Window window : ended.windows()) {
      if (failure.isPresent() && !window.isClosed()) {
        failure.get().addSuppressed(new Picture(window.keepPicture()));
      }
      try {
        window.close();
      } catch (AssertionError complaint) {
        complaints.add(complaint);
      }
    }
    ended.pursers().forEach(RunningPurser::close);
    if (!complaints.isEmpty()) {
      AssertionError first = complaints.removeFirst();
      complaints.forEach(first::addSuppressed);
      throw first;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  /** {@code UsageTest.everybodyCanReadIt.2}, where the number is that of the parameters. */
  private static String name(ExtensionContext context) {
    Matcher parameters = PARAMETERS.matcher(context.getUniqueId());
    return context.getRequiredTestClass().getSimpleName()
        + "."
        + context.getRequiredTestMethod().getName()
        + (parameters.find() ? "." + parameters.group(1) : "");
  }

  private Ongoing test() {
    if (test == null) {
      throw new IllegalStateException("windows are opened in a test");
    }
    return test;
  }

  private Running running() {
    Running now = running;
    if (now == null) {
      now = Running.start();
      running = now;
    }
    return now;
  }

  private static RunningPurser purserBefore(Sandbox sandbox) {
    return RunningPurser.start(
        TestDatabase.Kind.SQLITE,
        Map.of(
            "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
            "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()));
  }

  /** Says where a picture is, beside the failure; nothing is to be learnt from its stack. */
  private static final class Picture extends Throwable {
    private static final long serialVersionUID = 1;

    Picture(String where) {
      super(where, null, false, false);
    }
  }
}
