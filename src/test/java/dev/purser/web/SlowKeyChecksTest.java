package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that says nothing keeps those waiting who asked it, and nobody else. */
class SlowKeyChecksTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String KEY = "{\"key\":\"" + Person.OPENAI_KEY + "\"}";

  /** Anthropic answers, OpenAI does not. */
  private final Sandbox sandbox = Sandbox.start(SandboxOptions.instant());

  private final SilentProvider silent = new SilentProvider();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private RunningPurser purser;

  @BeforeEach
  void start() {
    purser =
        RunningPurser.start(
            TestDatabase.Kind.SQLITE,
            Map.of(
                "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                "PURSER_OPENAI_URL", silent.url()));
  }

  @AfterEach
  void stop() {
    silent.close();
    threads.close();
    purser.close();
    sandbox.close();
  }

  @Test
  void manyChecksThroughTheApiKeepNobodyElseWaiting() {
    Person attacker = purser.newPerson();
    List<CompletableFuture<Http.Answer>> checks =
        many(20, () -> attacker.api().put("/api/keys/openai", KEY));
    assertAllButOneAreRefused(checks, "\"code\":\"overloaded\"");
    assertOthersAreServed(checks);
  }

  @Test
  void manyChecksThroughPagesKeepNobodyElseWaiting() {
    Visit attacker = signedIn(purser.newPerson());
    String settings = attacker.get("/settings").text();
    List<CompletableFuture<Http.Answer>> checks =
        many(
            20,
            () -> {
              Map<String, String> form =
                  Visit.filled(settings, "/settings/keys/openai", "key", Person.OPENAI_KEY);
              form.remove(Form.ID);
              return attacker.send("/settings/keys/openai", form);
            });
    assertAllButOneAreRefused(checks, "is being checked just now");
    assertOthersAreServed(checks);
  }

  @Test
  void manySpacesThatCheckAtOnceKeepNobodyElseWaiting() {
    List<Person> attackers = many(20, purser::newPerson).stream().map(this::join).toList();
    List<CompletableFuture<Http.Answer>> checks = new ArrayList<>();
    for (Person attacker : attackers) {
      checks.addAll(many(1, () -> attacker.api().put("/api/keys/openai", KEY)));
    }
    Await.until("all are asked about", SOON, () -> silent.asked() == 20);
    assertOthersAreServed(checks);
  }

  @Test
  void aKeyCanBeCheckedAgainOnceTheProviderHasAnswered() {
    Person person = purser.newPerson();
    CompletableFuture<Http.Answer> first =
        many(1, () -> person.api().put("/api/keys/openai", KEY)).getFirst();
    Await.until("it is asked about", SOON, () -> silent.asked() == 1);
    assertThat(person.api().put("/api/keys/anthropic", anthropicKey()).status()).isEqualTo(503);
    silent.hangUp();
    assertThat(join(first).status()).isEqualTo(502);
    assertThat(person.api().put("/api/keys/anthropic", anthropicKey()).status()).isEqualTo(200);
    assertThat(person.api().post("/api/keys/anthropic/verify", "").status()).isEqualTo(200);
  }

  private void assertAllButOneAreRefused(
      List<CompletableFuture<Http.Answer>> checks, String because) {
    Await.until(
        "all but one are answered",
        SOON,
        () -> checks.stream().filter(check -> !check.isDone()).count() == 1);
    assertThat(checks.stream().filter(CompletableFuture::isDone).map(this::join).toList())
        .allSatisfy(answer -> {
          assertThat(answer.status()).isEqualTo(503);
          assertThat(answer.text()).contains(because);
        });
    assertThat(silent.asked()).isEqualTo(1);
  }

  /** Through the API, through pages, and with keys of their own. */
  private void assertOthersAreServed(List<CompletableFuture<Http.Answer>> checks) {
    Person other = purser.newPerson();
    Visit visit = signedIn(other);
    long begun = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      other.api().get("/api/me").ok(200);
      other.api().put("/api/keys/anthropic", anthropicKey()).ok(200);
      other.api().post("/api/keys/anthropic/verify", "").ok(200);
      assertThat(visit.submit("/settings", "/settings/keys/anthropic/verify").status())
          .isEqualTo(303);
    }
    System.out.printf(
        "%d checks of a silent provider: 20 requests of another user took %.0f ms%n",
        checks.size(), (System.nanoTime() - begun) / 1e6);
    assertThat(checks)
        .as("the provider is silent all the while")
        .anyMatch(check -> !check.isDone());
  }

  private static String anthropicKey() {
    return "{\"key\":\"" + Person.ANTHROPIC_KEY + "\"}";
  }

  private Visit signedIn(Person person) {
    Visit visit = new Visit(purser.url());
    assertThat(visit.signIn(person.email(), Person.PASSWORD).status()).isEqualTo(303);
    return visit;
  }

  private <T> List<CompletableFuture<T>> many(int count, Supplier<T> work) {
    List<CompletableFuture<T>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(CompletableFuture.supplyAsync(work, threads));
    }
    return all;
  }

  private <T> T join(CompletableFuture<T> one) {
    return one.join();
  }

  /** Takes connections, and never says a word. */
  private static final class SilentProvider implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    SilentProvider() {
      try {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Thread.ofVirtual()
          .start(() -> {
            while (!server.isClosed()) {
              try {
                connections.add(server.accept());
              } catch (IOException closed) {
                return;
              }
            }
          });
    }

    String url() {
      return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** How many connections were made to it. */
    int asked() {
      return connections.size();
    }

    void hangUp() {
      for (Socket connection : connections) {
        try {
          connection.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      hangUp();
    }
  }
}
