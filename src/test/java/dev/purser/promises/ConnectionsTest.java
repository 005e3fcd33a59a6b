package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.config.Settings.InvalidSetting;
import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RawConnection;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that connect and then say nothing, or too little: they take nobody else's place. */
class ConnectionsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int ATTACKERS = 450;

  private final Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
  private final List<RawConnection> opened = new ArrayList<>();
  private @Nullable RunningPurser started;

  @AfterEach
  void stop() {
    opened.forEach(RawConnection::close);
    if (started != null) {
      started.close();
    }
    sandbox.close();
  }

  private RunningPurser start(Map<String, String> limits) {
    Map<String, String> settings = new HashMap<>(limits);
    settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
    settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
    RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, settings);
    started = purser;
    return purser;
  }

  private RawConnection open(RunningPurser purser) {
    RawConnection connection = new RawConnection(purser.url());
    opened.add(connection);
    return connection;
  }

  private static String newKey(Person person) {
    return person.virtualKey(person.agent("some program")).secret();
  }

  /** What each of the attackers' connections is used for, once it is open. */
  enum Attack {
    SILENCE("", false),
    HALF_A_HEAD("POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-", false),
    HALF_A_FORM(
        "POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\nemail", false),
    HALF_AN_API_BODY(
        "PUT /api/keys/openai HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{", false),
    HALF_A_REFUSED_BODY(
        "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n{", true),
    HALF_A_CALL(
        "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: KEY\r\ncontent-length: 9\r\n\r\n{",
        false),
    A_CHUNKED_CALL(
        "POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer KEY\r\n"
            + "transfer-encoding: chunked\r\n\r\n1\r\n{",
        false),
    A_REQUEST_AND_NO_OTHER("GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", true),
    A_PAGE_AND_HALF_A_HEAD("GET /sign-in HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET /", true),
    A_COUNT_AND_NO_OTHER(
        "POST /v1/messages/count_tokens HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: KEY\r\n"
            + "content-length: 2\r\n\r\n{}",
        true);

    private final String sent;
    private final boolean answered;

    Attack(String sent, boolean answered) {
      this.sent = sent;
      this.answered = answered;
    }
  }

  // ---- all places are taken

  @ParameterizedTest
  @EnumSource(Attack.class)
  void moreConnectionsThanThereArePlacesForStopNobodyElse(Attack attack) {
    RunningPurser purser = start(Map.of("PURSER_MAX_CLIENTS", "100"));
    String attackersKey = newKey(purser.newPerson().withProviderKeys());
    Person other = purser.newPerson().withProviderKeys();
    try (SecondUser keeping = SecondUser.calling(other.caller("keeps its connection"));
        SecondUser connecting = SecondUser.connectingEachTime(purser.url(), newKey(other))) {
      for (int i = 0; i < ATTACKERS; i++) {
        RawConnection attacker =
            open(purser)
                .trySend(
                    attack.sent.replace("KEY", attackersKey).getBytes(StandardCharsets.US_ASCII));
        if (attack.answered) {
          assertThat(attacker.head()).startsWith("HTTP/1.");
        }
      }
      keeping.callsOn(20);
      connecting.callsOn(20);
      String during = ATTACKERS + " connections to 100 places, each with " + attack;
      assertThat(connecting.failures(during + ", a new connection for each call")).isEmpty();
      assertThat(keeping.failures(during + ", a kept connection")).isEmpty();
    }
    Await.until(
        "no more are open than there are places",
        SOON,
        () -> opened.stream().filter(connection -> !connection.closed()).count() <= 100);
  }

  @Test
  void headsThatComeByTheByteStopNobodyElse() throws InterruptedException {
    RunningPurser purser = start(Map.of("PURSER_MAX_CLIENTS", "100", "PURSER_HEAD_SECONDS", "1"));
    Person other = purser.newPerson().withProviderKeys();
    try (SecondUser keeping = SecondUser.calling(other.caller("keeps its connection"));
        SecondUser connecting = SecondUser.connectingEachTime(purser.url(), newKey(other))) {
      for (int i = 0; i < ATTACKERS; i++) {
        open(purser).trySend("GET / HTTP/1.1\r\nx-slow: ".getBytes(StandardCharsets.US_ASCII));
      }
      Thread byTheByte =
          Thread.ofVirtual()
              .start(() ->
                  Await.until(
                      "all of them are closed, however much they send",
                      SOON,
                      () ->
                          opened.stream()
                              .allMatch(slow -> slow.trySend(new byte[] {'x'}).closed())));
      keeping.callsOn(20);
      connecting.callsOn(20);
      byTheByte.join();
      assertThat(opened).allMatch(RawConnection::closed);
      String during = ATTACKERS + " heads by the byte to 100 places";
      assertThat(connecting.failures(during + ", a new connection for each call")).isEmpty();
      assertThat(keeping.failures(during + ", a kept connection")).isEmpty();
    }
  }

  @Test
  void callsUnderWayAreNotClosedForOthers() {
    RunningPurser purser = start(Map.of("PURSER_MAX_CLIENTS", "20"));
    String key = newKey(purser.newPerson().withProviderKeys());
    String body = Prompts.messages("sandbox:delay=3000", true);
    List<Http.Answer> answers = new CopyOnWriteArrayList<>();
    List<Thread> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      calls.add(
          Thread.ofVirtual()
              .start(() -> answers.add(new Http(purser.url(), key).post("/v1/messages", body))));
    }
    Await.until("they are at the provider", SOON, () -> sandbox.seen().size() >= 10);
    for (int i = 0; i < ATTACKERS; i++) {
      open(purser);
    }
    calls.forEach(call -> Await.until("a call ends", SOON, () -> !call.isAlive()));
    assertThat(answers).hasSize(10).allMatch(answer -> answer.status() == 200);
  }

  // ---- how long they may take

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET /sign-in HTT",
        "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ",
      })
  void aHeadThatIsNotWholeInTimeEndsTheConnection(String sent) {
    RunningPurser purser = start(Map.of("PURSER_HEAD_SECONDS", "1"));
    RawConnection slow = open(purser).send(sent);
    Await.until("it is closed", SOON, slow::closed);
  }

  @Test
  void aSecondHeadThatIsNotWholeInTimeEndsTheConnection() {
    RunningPurser purser = start(Map.of("PURSER_HEAD_SECONDS", "1"));
    RawConnection slow = open(purser).send(Attack.A_REQUEST_AND_NO_OTHER.sent);
    assertThat(slow.answer()).startsWith("HTTP/1.1 200");
    slow.send("GET /health/live HTT");
    Await.until("it is closed", SOON, slow::closed);
  }

  @ParameterizedTest
  @EnumSource(
      value = Attack.class,
      names = {"HALF_A_FORM", "HALF_AN_API_BODY", "HALF_A_REFUSED_BODY"})
  void aBodyThatIsNotWholeInTimeEndsTheConnection(Attack attack) {
    RunningPurser purser = start(Map.of("PURSER_FORM_SECONDS", "1"));
    RawConnection slow = open(purser).send(attack.sent);
    Await.until("it is closed", SOON, slow::closed);
  }

  @Test
  void aConnectionWithoutAnotherRequestEnds() {
    RunningPurser purser = start(Map.of("PURSER_IDLE_SECONDS", "1"));
    RawConnection idle = open(purser).send(Attack.A_REQUEST_AND_NO_OTHER.sent);
    assertThat(idle.answer()).startsWith("HTTP/1.1 200");
    Await.until("it is closed", SOON, idle::closed);
  }

  @Test
  void aKeptConnectionServesManyRequestsAlsoWhenTheyComeAtOnce() {
    RunningPurser purser = start(Map.of());
    RawConnection kept = open(purser);
    String request = Attack.A_REQUEST_AND_NO_OTHER.sent;
    for (int i = 0; i < 3; i++) {
      kept.send(request + request);
      assertThat(kept.answer()).startsWith("HTTP/1.1 200");
      assertThat(kept.answer()).startsWith("HTTP/1.1 200");
    }
    assertThat(kept.closed()).isFalse();
  }

  @Test
  void moreClientsThanThereAreFilesForAreRefusedAtTheStart() {
    assertThatThrownBy(() -> start(Map.of("PURSER_MAX_CLIENTS", "1000000")))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("PURSER_MAX_CLIENTS must be at most")
        .hasMessageContaining("ulimit -n");
  }
}
