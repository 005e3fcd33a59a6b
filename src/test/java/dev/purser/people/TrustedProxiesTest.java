package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address counts when proxies stand in front. */
class TrustedProxiesTest {
  private static final TrustedProxies PROXIES =
      TrustedProxies.of("127.0.0.1, 10.0.0.0/8,2001:db8:1::/48 , 192.0.2.128/25");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // What strangers say of themselves counts for nothing.
        "203.0.113.9 | 198.51.100.1                        | 203.0.113.9",
        "127.0.0.2   | 198.51.100.1                        | 127.0.0.2",
        "192.0.2.127 | 198.51.100.1                        | 192.0.2.127",
        // The last that is no proxy's, whatever was made up before it.
        "127.0.0.1   | 198.51.100.1                        | 198.51.100.1",
        "127.0.0.1   | 1.2.3.4, 198.51.100.1               | 198.51.100.1",
        "10.9.8.7    | 1.2.3.4, 198.51.100.1,10.0.0.1      | 198.51.100.1",
        "192.0.2.128 | 198.51.100.1, 192.0.2.255           | 198.51.100.1",
        "2001:db8:1:2::3 | 2001:db8:2::1, 2001:db8:1::9    | 2001:db8:2:0:0:0:0:1",
        "::ffff:127.0.0.1 | ::ffff:198.51.100.1            | 198.51.100.1",
        // With ports.
        "127.0.0.1   | 198.51.100.1:4711                   | 198.51.100.1",
        "127.0.0.1   | [2001:db8:2::1]:4711                | 2001:db8:2:0:0:0:0:1",
        // Only proxies: the first of them.
        "127.0.0.1   | 10.0.0.2, 10.0.0.1                  | 10.0.0.2",
        // What is no address ends what is known.
        "127.0.0.1   | 198.51.100.1, unknown               | 127.0.0.1",
        "127.0.0.1   | 198.51.100.1, localhost, 10.0.0.1   | 10.0.0.1",
        "127.0.0.1   | 300.1.1.1                           | 127.0.0.1",
      })
  void theLastHopThatIsNoTrustedProxyCounts(String peer, String forwardedFor, String client) {
    assertThat(PROXIES.client(peer, List.of(forwardedFor), List.of())).isEqualTo(client);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "for=198.51.100.1                                        | 198.51.100.1",
        "For=\"198.51.100.1:80\";proto=https;by=10.0.0.1         | 198.51.100.1",
        "for=1.2.3.4, proto=https;for=198.51.100.1, for=10.0.0.1 | 198.51.100.1",
        "for=\"[2001:db8:2::1]:80\"                              | 2001:db8:2:0:0:0:0:1",
        "for=_hidden                                             | 127.0.0.1",
        "proto=https                                             | 127.0.0.1",
      })
  void theOtherHeaderIsReadAlike(String forwarded, String client) {
    assertThat(PROXIES.client("127.0.0.1", List.of(), List.of(forwarded))).isEqualTo(client);
  }

  @Test
  void manyHeadersAreOneList() {
    assertThat(PROXIES.client("127.0.0.1", List.of("1.2.3.4", "198.51.100.1, 10.0.0.1"), List.of()))
        .isEqualTo("198.51.100.1");
  }

  @Test
  void aHeaderThatTheProxyPassedOnDoesNotCountAgainstTheOneThatItWrote() {
    List<String> one = List.of("198.51.100.1");
    assertThat(PROXIES.client("127.0.0.1", one, List.of("for=198.51.100.1")))
        .isEqualTo("198.51.100.1");
    assertThat(PROXIES.client("127.0.0.1", one, List.of("for=1.2.3.4"))).isEqualTo("127.0.0.1");
    assertThat(PROXIES.client("127.0.0.1", List.of("1.2.3.4"), List.of("for=198.51.100.1")))
        .isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0.0/",
        "1.2.3",
        "::1/129"
      })
  void whatIsNoAddressAndNoNetworkIsRefused(String text) {
    assertThatThrownBy(() -> TrustedProxies.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutAnyNobodyIsBelieved() {
    assertThat(TrustedProxies.of(" ")).isEqualTo(TrustedProxies.NONE);
    assertThat(TrustedProxies.NONE.client("127.0.0.1", List.of("198.51.100.1"), List.of()))
        .isEqualTo("127.0.0.1");
  }
}
