package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoded answers, however they are cut, and those that would fill the memory. */
class DecodingTest {
  private static final int PLAIN_BYTES = 300_000;

  private static byte[] plain() {
    byte[] plain = new byte[PLAIN_BYTES];
    Random random = new Random(7);
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 'a');
    }
    return plain;
  }

  private static byte[] encode(String encoding, byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return switch (encoding) {
      case "gzip" -> written(out, new GZIPOutputStream(out), plain);
      case "deflate" -> written(out, new DeflaterOutputStream(out), plain);
      case "bare deflate" ->
          written(out, new DeflaterOutputStream(out, new Deflater(6, true)), plain);
      case "br" -> {
        Brotli4jLoader.ensureAvailability();
        yield Encoder.compress(plain);
      }
      case "zstd" -> Zstd.compress(plain);
      default -> throw new AssertionError(encoding);
    };
  }

  private static byte[] written(ByteArrayOutputStream bytes, OutputStream encoder, byte[] plain)
      throws IOException {
    try (encoder) {
      encoder.write(plain);
    }
    return bytes.toByteArray();
  }

  private static Decoding decoding(String encoding, long limitBytes) {
    Decoding decoding =
        Decoding.of(encoding.equals("bare deflate") ? "deflate" : encoding, limitBytes);
    if (decoding == null) {
      throw new AssertionError("no decoding of " + encoding);
    }
    return decoding;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "bare deflate", "br", "zstd"})
  void whatWasEncodedIsDecodedHoweverItIsCut(String encoding) throws Exception {
    byte[] plain = plain();
    byte[] encoded = encode(encoding, plain);
    for (int pieceBytes : new int[] {1, 1_000, encoded.length}) {
      ByteArrayOutputStream decoded = new ByteArrayOutputStream();
      try (Decoding decoding = decoding(encoding, PLAIN_BYTES)) {
        for (int at = 0; at < encoded.length; at += pieceBytes) {
          int end = Math.min(encoded.length, at + pieceBytes);
          decoded.writeBytes(decoding.decode(java.util.Arrays.copyOfRange(encoded, at, end)));
        }
      }
      assertThat(decoded.toByteArray()).isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void aBombIsGivenUpAtTheLimit(String encoding) throws Exception {
    byte[] bomb = encode(encoding, new byte[50 << 20]);
    try (Decoding decoding = decoding(encoding, 1 << 20)) {
      assertThatThrownBy(() -> decoding.decode(bomb))
          .isInstanceOf(Decoding.Undecodable.class)
          .hasMessageContaining("more than 1048576 bytes");
    }
  }
}
