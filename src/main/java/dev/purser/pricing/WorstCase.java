package dev.purser.pricing;

import dev.purser.money.Money;
import java.util.List;

/** stub. */
public record WorstCase(List<Way> ways, long outputTokens) {
  /** stub. */
  public record Way(long inputPicos, long outputPicosPerToken) {}
  public Money at(long output) {
    long most = 0;
    for (Way way : ways) {
      most = Math.max(most, Math.ceilDiv(way.inputPicos + output * way.outputPicosPerToken, 1000L));
    }
    return new Money(most);
  }
  public Money most() { return at(outputTokens); }
  public long largestOutput(Money free) {
    long least = outputTokens;
    for (Way way : ways) {
      long left = free.nanos() * 1000 - way.inputPicos;
      least = Math.min(least, left < 0 ? -1 : left / Math.max(1, way.outputPicosPerToken));
    }
    return least;
  }
}
