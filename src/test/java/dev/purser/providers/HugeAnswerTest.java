package dev.purser.providers;

import static dev.purser.providers.Exchange.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers far larger than what is kept of them. */
class HugeAnswerTest {
  /** By the time that the thread had, so that a machine with other work does not count. */
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int PIECE = 16 * 1024;
  private static final String TEXT = "x\\\"{[ 😀".repeat(10 * 1024 * 1024 / 12);
  private static final String RESPONSE =
      "{\"model\":\"gpt-6-sol\",\"output\":[{\"content\":\""
          + TEXT
          + "\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":6}}";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tenMegabytesInOnePieceAreReadInProportionToTheirPieces(boolean streamed) {
    String request = "{\"model\":\"gpt-6-sol\"}";
    Exchange exchange =
        streamed
            ? Exchange.stream(
                Dialect.OPENAI_RESPONSES,
                request,
                Exchange.event("{\"type\":\"response.completed\",\"response\":" + RESPONSE + "}"))
            : Exchange.json(Dialect.OPENAI_RESPONSES, request, RESPONSE);
    AnswerReader reader = exchange.reader();
    byte[] bytes = exchange.bytes();
    long slowestNanos = 0;
    for (int from = 0; from < bytes.length; from += PIECE) {
      byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE));
      long start = THREADS.getCurrentThreadCpuTime();
      assertThat(reader.read(piece)).isSameAs(piece);
      slowestNanos = Math.max(slowestNanos, THREADS.getCurrentThreadCpuTime() - start);
    }
    assertThat(only(reader.end(true)))
        .isEqualTo(ModelUsage.none("gpt-6-sol").with(Kind.INPUT, 5).with(Kind.OUTPUT, 6));
    assertThat(slowestNanos).isLessThan(500_000_000L);
  }

  @Test
  void aUsageTooLongToBeOneIsPassedOver() {
    String usage = "{\"input_tokens\":5,\"output_tokens\":6,\"x\":\"" + "y".repeat(70_000) + "\"}";
    Answer answer =
        Exchange.json(
                Dialect.OPENAI_RESPONSES,
                "{\"model\":\"gpt-6-sol\"}",
                RESPONSE.replaceFirst("\\{\"input_tokens.*", usage + "}"))
            .whole();
    assertThat(answer.errorCode()).isEqualTo("usage_missing");
  }

  @Test
  void noBytesWhateverMakeAReaderFail() {
    Random random = new Random(7);
    byte[] alphabet = "{}[]\",:\\nul1e\r\n data:event😀usagemodel".getBytes(StandardCharsets.UTF_8);
    for (Dialect dialect : Dialect.values()) {
      for (int round = 0; round < 2_000; round++) {
        byte[] bytes = new byte[random.nextInt(200)];
        for (int at = 0; at < bytes.length; at++) {
          bytes[at] = alphabet[random.nextInt(alphabet.length)];
        }
        String type = round % 2 == 0 ? "text/event-stream" : "application/json";
        Exchange exchange =
            new Exchange(dialect, "{\"model\":\"m\",\"stream\":true}", 200, type, "");
        AnswerReader reader = exchange.reader();
        int visible = reader.read(bytes).length + reader.rest().length;
        assertThat(visible).isEqualTo(bytes.length);
        assertThat(only(reader.end(false)).count(Kind.INPUT)).isPositive();
      }
    }
  }
}
