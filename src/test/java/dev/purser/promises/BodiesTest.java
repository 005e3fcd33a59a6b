package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RawConnection;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that are sent by halves: they take nobody else's memory, and no longer than they may. */
class BodiesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int MEGABYTE = 1 << 20;

  /** Of all bodies together; what the attacks below send is several times as much. */
  private static final int ALL_BYTES = 16 * MEGABYTE;

  private static Sandbox sandbox;
  private static RunningPurser purser;

  private final List<RawConnection> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
    purser = purser(TestDatabase.Kind.SQLITE, "PURSER_MAX_BODIES_BYTES", "" + ALL_BYTES);
  }

  private static RunningPurser purser(TestDatabase.Kind kind, String setting, String value) {
    return RunningPurser.start(
        kind,
        Map.of(
            "PURSER_ANTHROPIC_URL",
            sandbox.url(Provider.ANTHROPIC).toString(),
            "PURSER_OPENAI_URL",
            sandbox.url(Provider.OPENAI).toString(),
            setting,
            value));
  }

  @AfterAll
  static void stop() {
    purser.close();
    sandbox.close();
  }

  @AfterEach
  void hangUp() {
    opened.forEach(RawConnection::close);
  }

  private RawConnection open(RunningPurser at) {
    RawConnection connection = new RawConnection(at.url());
    opened.add(connection);
    return connection;
  }

  private static String head(String path, String secret, String length) {
    return "POST "
        + path
        + " HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer "
        + secret
        + "\r\ncontent-type: application/json\r\n"
        + length
        + "\r\n\r\n";
  }

  /** Sends the head and all of the body but its last byte. */
  private RawConnection halfSend(String path, String secret, int bytes) {
    return open(purser)
        .send(head(path, secret, "content-length: " + (bytes + 1)))
        .trySend(new byte[bytes]);
  }

  /** The same without saying how long the body will be. */
  private RawConnection halfSendChunked(String path, String secret, int bytes) {
    return open(purser)
        .send(head(path, secret, "transfer-encoding: chunked"))
        .trySend((Integer.toHexString(bytes) + "\r\n").getBytes(StandardCharsets.US_ASCII))
        .trySend(new byte[bytes]);
  }

  private static Person newPerson() {
    return purser.newPerson().withProviderKeys();
  }

  private static String newKey(Person person, String agent) {
    return person.virtualKey(person.agent(agent)).secret();
  }

  static Stream<Arguments> halves() {
    return Stream.of(
        Arguments.of("/v1/messages", MEGABYTE),
        Arguments.of("/v1/messages", 200 * 1024),
        Arguments.of("/v1/chat/completions", 4 * MEGABYTE),
        Arguments.of("/v1/messages/count_tokens", MEGABYTE),
        Arguments.of("/v1/responses/input_tokens", 200 * 1024));
  }

  // ---- whose memory it is

  @ParameterizedTest
  @MethodSource("halves")
  void oneKeyThatHalfSendsBodiesStopsNobodyElse(String path, int bytes) {
    Person attacker = newPerson();
    String key = newKey(attacker, "half-sender");
    try (SecondUser stranger = SecondUser.calling(newPerson().caller("stranger"));
        SecondUser colleague = SecondUser.calling(attacker.caller("of the same space"))) {
      for (int sent = 0; sent < 4 * ALL_BYTES; sent += 2 * bytes) {
        halfSend(path, key, bytes);
        halfSendChunked(path, key, bytes);
      }
      stranger.callsOn(20);
      colleague.callsOn(20);
      String during = "half-sent bodies of " + bytes + " bytes to " + path;
      assertThat(stranger.failures(during + ", another space")).isEmpty();
      assertThat(colleague.failures(during + ", the same space")).isEmpty();
    }
  }

  @Test
  void manySpacesThatHalfSendBodiesLeaveRoomForANewOne() {
    List<String> keys = Stream.generate(() -> newKey(newPerson(), "one of many")).limit(8).toList();
    Http newcomer = newPerson().caller("newcomer");
    for (int i = 0; i < 8 * ALL_BYTES / MEGABYTE; i++) {
      halfSend("/v1/messages", keys.get(i % keys.size()), MEGABYTE);
    }
    try (SecondUser user = SecondUser.calling(newcomer)) {
      user.callsOn(20);
      assertThat(user.failures("half-sent bodies of eight spaces")).isEmpty();
    }
  }

  @Test
  void aRevokedKeyThatIsRememberedIsRefusedBeforeItsBody() {
    Person attacker = newPerson();
    Person.VirtualKey key = attacker.virtualKey(attacker.agent("leaked"));
    assertThat(new Http(purser.url(), key.secret()).post("/v1/messages", small()).status())
        .isEqualTo(200);
    attacker.api().delete("/api/virtual-keys/" + key.id()).ok(204);
    try (SecondUser colleague = SecondUser.calling(attacker.caller("of the same space"))) {
      for (int i = 0; i < 3 * ALL_BYTES / MEGABYTE; i++) {
        RawConnection large = halfSend("/v1/messages", key.secret(), MEGABYTE);
        assertThat(large.answer()).startsWith("HTTP/1.1 401").contains("revoked");
      }
      // What is remembered of it now is that it was revoked: nothing of it is read any more.
      RawConnection begun =
          open(purser).send(head("/v1/messages", key.secret(), "content-length: 100"));
      assertThat(begun.answer()).startsWith("HTTP/1.1 401").contains("revoked");
      assertThat(colleague.failures("half-sent bodies of a revoked key")).isEmpty();
    }
  }

  @Test
  void aRevokedKeyThatIsRememberedKeepsNoSmallBodiesAndNoUnannouncedOnes() {
    Person attacker = newPerson();
    Person.VirtualKey key = attacker.virtualKey(attacker.agent("leaked"));
    assertThat(new Http(purser.url(), key.secret()).post("/v1/messages", small()).status())
        .isEqualTo(200);
    List<RawConnection> begun = new ArrayList<>();
    begun.add(halfSend("/v1/messages", key.secret(), 1_000));
    begun.add(halfSendChunked("/v1/messages", key.secret(), 1_000));
    attacker.api().delete("/api/virtual-keys/" + key.id()).ok(204);
    begun.add(halfSendChunked("/v1/messages", key.secret(), MEGABYTE));
    assertThat(begun)
        .allSatisfy(connection ->
            assertThat(connection.answer()).startsWith("HTTP/1.1 401").contains("revoked"));
  }

  private static String small() {
    return Prompts.messages("hello", false);
  }

  // ---- how long it may take

  @ParameterizedTest
  @CsvSource({
    "/v1/messages, 100000",
    "/v1/messages/count_tokens, 100000",
    "/v1/responses, 5000000"
  })
  void aBodyThatComesByTheByteIsGivenUp(String path, int length) {
    try (RunningPurser hasty = purser(TestDatabase.Kind.SQLITE, "PURSER_BODY_SECONDS", "1")) {
      String key = newKey(hasty.newPerson().withProviderKeys(), "slow");
      RawConnection slow = open(hasty).send(head(path, key, "content-length: " + length));
      Await.until("it is cut", SOON, () -> slow.trySend(new byte[] {' '}).closed());
    }
  }

  // ---- whose budget is used up

  @ParameterizedTest
  @CsvSource({
    "SQLITE, stop, space",
    "SQLITE, strict, agent",
    "POSTGRESQL, strict, space",
    "POSTGRESQL, stop, agent"
  })
  void aLargeBodyIsRefusedUnreadIfTheBudgetIsUsedUp(
      TestDatabase.Kind kind, String mode, String budgetOf) {
    try (RunningPurser own = purser(kind, "PURSER_MAX_BODIES_BYTES", "" + ALL_BYTES)) {
      Person person = own.newPerson().withProviderKeys();
      String agent = person.agent("spender");
      String key = person.virtualKey(agent).secret();
      Http caller = new Http(own.url(), key);
      Http.Answer paid = caller.post("/v1/messages", small());
      BigDecimal spent =
          person.settledCall(paid.header("x-purser-call-id")).path("costCents").decimalValue();
      assertThat(spent).isPositive();
      String budget = "{\"monthlyBudgetCents\":0,\"budgetMode\":\"" + mode + "\"}";
      if (budgetOf.equals("space")) {
        person.settings(budget);
      } else {
        person.api().patch("/api/agents/" + agent, budget).ok(200);
      }

      RawConnection announced =
          open(own).send(head("/v1/messages", key, "content-length: 3000000"));
      assertRefusedUnread(person, announced.answer(), spent, budgetOf);
      RawConnection chunked =
          open(own)
              .send(head("/v1/messages", key, "transfer-encoding: chunked"))
              .trySend("100000\r\n".getBytes(StandardCharsets.US_ASCII))
              .trySend(new byte[512 * 1024]);
      assertRefusedUnread(person, chunked.answer(), spent, budgetOf);

      Http.Answer read = caller.post("/v1/messages", small());
      assertThat(read.status()).isEqualTo(402);
      assertThat(read.json().path("error").path("purser").path("neededCents").decimalValue())
          .isPositive();
    }
  }

  private static void assertRefusedUnread(
      Person person, String answer, BigDecimal spent, String budgetOf) {
    assertThat(answer)
        .startsWith("HTTP/1.1 402")
        .contains(
            "x-should-retry: false", "budget_exhausted", "\"spentCents\":" + spent.toPlainString())
        .doesNotContain("neededCents");
    String id = answer.replaceAll("(?s).*x-purser-call-id: (\\S+).*", "$1");
    var refusal = person.call(id).path("refusal");
    assertThat(person.call(id).path("state").asString()).isEqualTo("refused");
    assertThat(refusal.path("budgetOf").asString()).isEqualTo(budgetOf);
    assertThat(refusal.path("budgetCents").decimalValue()).isZero();
    assertThat(refusal.path("spentCents").decimalValue()).isEqualByComparingTo(spent);
    assertThat(refusal.path("heldCents").decimalValue()).isZero();
    assertThat(refusal.path("doubtCents").decimalValue()).isZero();
    assertThat(refusal.path("neededCents").isNull()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.Kind.class)
  void aLargeBodyIsReadUnderABudgetThatIsNotUsedUp(TestDatabase.Kind kind) {
    try (RunningPurser own = purser(kind, "PURSER_MAX_BODIES_BYTES", "" + ALL_BYTES)) {
      Person person = own.newPerson().withProviderKeys();
      person.settings("{\"monthlyBudgetCents\":10000,\"budgetMode\":\"strict\"}");
      Http caller = person.caller("spender");
      String large = Prompts.messages("hello ".repeat(100_000), false);
      assertThat(caller.post("/v1/messages", large).status()).isEqualTo(200);
    }
  }
}
