package dev.purser.pricing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BinaryOperator;

/**
 * What one token (or request) of each kind costs, in pico-dollars (10⁻¹² USD). A kind without a
 * price is not free: what has such tokens is unpriced.
 */
public record Rates(Map<Kind, Long> unitPicos) {
  /** 100,000 USD per million tokens: far above every price, and no sum of a call overflows. */
  public static final long MAX_PICOS = 100_000_000_000L;

  /** From USD per million to pico-dollars for one: 10¹² / 10⁶. */
  private static final int DIGITS_PER_MILLION = 6;

  private static final int MAX_DIGITS_SHOWN = 40;

  static final Rates NONE = new Rates(Map.of());

  public Rates {
    EnumMap<Kind, Long> copy = new EnumMap<>(Kind.class);
    copy.putAll(unitPicos);
    for (long picos : copy.values()) {
      if (picos < 0 || picos > MAX_PICOS) {
        throw new IllegalArgumentException("a price out of range: " + picos + " picos");
      }
    }
    unitPicos = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads prices in USD per million.
   *
   * @throws IllegalArgumentException for a price that is not a whole number of pico-dollars
   */
  public static Rates ofUsdPerMillion(Map<Kind, BigDecimal> usd) {
    EnumMap<Kind, Long> picos = new EnumMap<>(Kind.class);
    usd.forEach((kind, price) -> picos.put(kind, picos(price, DIGITS_PER_MILLION)));
    return new Rates(picos);
  }

  /** Pico-dollars for one; empty if no price is known. */
  public OptionalLong picos(Kind kind) {
    Long picos = unitPicos.get(kind);
    return picos == null ? OptionalLong.empty() : OptionalLong.of(picos);
  }

  /** Whether there is a price for everything that a part of a usage has. */
  public boolean has(ModelUsage part) {
    return unitPicos.keySet().containsAll(part.counts().keySet());
  }

  /** USD per million of that many pico-dollars for one, exactly. */
  public static BigDecimal usdPerMillion(long unitPicos) {
    return usd(unitPicos, DIGITS_PER_MILLION);
  }

  static long picos(BigDecimal usd, int digits) {
    try {
      return usd.movePointRight(digits).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          inWords(usd) + " USD is not a price in whole pico-dollars", e);
    }
  }

  /**
   * Digit by digit, unless that would be endless: an exponent of a few digits stands for billions.
   */
  private static String inWords(BigDecimal usd) {
    return Math.abs(usd.scale()) + usd.precision() > MAX_DIGITS_SHOWN
        ? "such a number of"
        : usd.toPlainString();
  }

  static BigDecimal usd(long picos, int digits) {
    BigDecimal usd = BigDecimal.valueOf(picos, digits).stripTrailingZeros();
    return usd.scale() < 0 ? usd.setScale(0) : usd;
  }

  /** Prompt tokens times the one, output tokens times the other; requests as they are. */
  Rates times(Factor prompt, Factor output) {
    if (prompt.equals(Factor.ONE) && output.equals(Factor.ONE)) {
      return this;
    }
    EnumMap<Kind, Long> product = new EnumMap<>(Kind.class);
    unitPicos.forEach((kind, picos) ->
        product.put(
            kind,
            switch (kind) {
              case INPUT,
                  CACHE_READ,
                  CACHE_WRITE_5M,
                  CACHE_WRITE_1H,
                  CACHE_WRITE_30M,
                  CACHE_WRITE_12H ->
                  prompt.times(picos);
              case OUTPUT -> output.times(picos);
              case WEB_SEARCH -> picos;
            }));
    return new Rates(product);
  }

  /** The same with another price of one kind. */
  Rates with(Kind kind, long picos) {
    EnumMap<Kind, Long> changed = new EnumMap<>(Kind.class);
    changed.putAll(unitPicos);
    changed.put(kind, picos);
    return new Rates(changed);
  }

  /** The same, and another's price for each kind that has none. */
  public Rates or(Rates other) {
    EnumMap<Kind, Long> both = new EnumMap<>(Kind.class);
    both.putAll(other.unitPicos);
    both.putAll(unitPicos);
    return new Rates(both);
  }

  /** Of each kind the dearer. */
  Rates dearer(Rates other) {
    EnumMap<Kind, Long> dearer = new EnumMap<>(Kind.class);
    dearer.putAll(unitPicos);
    BinaryOperator<Long> max = Math::max;
    other.unitPicos.forEach((kind, picos) -> dearer.merge(kind, picos, max));
    return new Rates(dearer);
  }
}
