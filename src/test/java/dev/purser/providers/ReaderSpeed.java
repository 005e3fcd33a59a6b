package dev.purser.providers;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Prints how much of a processor reading takes beside a stream: nanoseconds per event, for each
 * dialect.
 */
final class ReaderSpeed {
  private static final int EVENTS = 60;
  private static final int WARM_UP_ROUNDS = 20_000;
  private static final int ROUNDS = 50_000;

  private ReaderSpeed() {}

  public static void main(String[] arguments) {
    measure(
        "chat",
        Dialect.OPENAI_CHAT,
        "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
        chatDelta());
    measure(
        "chat, usage hidden",
        Dialect.OPENAI_CHAT,
        "{\"model\":\"gpt-4o\",\"stream\":true}",
        chatDelta());
    measure(
        "messages",
        Dialect.ANTHROPIC_MESSAGES,
        "{\"model\":\"claude-opus-5-5\",\"max_tokens\":9}",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
            + "\"delta\":{\"type\":\"text_delta\",\"text\":\" capital of\"}         }\n\n");
    measure(
        "responses",
        Dialect.OPENAI_RESPONSES,
        "{\"model\":\"gpt-6-sol\",\"stream\":true}",
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
            + "\"sequence_number\":14,\"item_id\":\"msg_0f3a9c5e7b1d42689a04e6c8d7f5b3a1\","
            + "\"output_index\":0,\"content_index\":0,\"delta\":\" capital\",\"logprobs\":[],"
            + "\"obfuscation\":\"k29dMvQa\"}\n\n");
    measureRequests();
  }

  /** Of this thread, so that a busy machine does not show. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static String chatDelta() {
    return "data: {\"id\":\"chatcmpl-B1nzQ0S5mNwUe5yT4d3rPq7LkXvAz\",\"object\":"
        + "\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"gpt-4o-2024-11-20\","
        + "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\",\"choices\":"
        + "[{\"index\":0,\"delta\":{\"content\":\" capital\"},\"logprobs\":null,"
        + "\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"k29dMvQa\"}\n\n";
  }

  private static void measure(String name, Dialect dialect, String request, String event) {
    byte[] chunk = event.repeat(EVENTS).getBytes(StandardCharsets.UTF_8);
    Exchange exchange = Exchange.stream(dialect, request);
    CallRequest call = exchange.call();
    Bound bound = exchange.bound();
    long read = 0;
    long start = 0;
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      if (round == 0) {
        start = cpuNanos();
      }
      AnswerReader reader = call.answer("m", 200, "text/event-stream", bound);
      read += reader.read(chunk).length;
      reader.end(true);
    }
    double nanos = (cpuNanos() - start) / (double) ROUNDS / EVENTS;
    System.out.printf(
        Locale.ROOT,
        "%-20s %4d bytes an event: %4.0f ns an event, %.2f ns a byte (%d)%n",
        name,
        event.length(),
        nanos,
        nanos / event.length(),
        read);
  }

  private static void measureRequests() {
    String body =
        "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + "a ".repeat(450)
            + "\"}]}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    long sent = 0;
    long start = 0;
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      if (round == 0) {
        start = cpuNanos();
      }
      if (Dialect.OPENAI_CHAT.read(bytes) instanceof RequestReading.Accepted(CallRequest call)) {
        call.bound("gpt-4o", Exchange.PRICES, Exchange.NOW);
        sent += call.bodyFor("gpt-4o").length;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "a request of %d bytes: %.0f ns (%d)%n",
        bytes.length,
        (cpuNanos() - start) / (double) ROUNDS,
        sent);
  }
}
