package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
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
      assertThat(decoded(encoding, encoded, pieceBytes)).isEqualTo(plain);
    }
  }

  @Test
  void gzipMayComeInSeveralMembers() throws Exception {
    byte[] plain = plain();
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (int at = 0; at < plain.length; at += 10_000) {
      int end = Math.min(plain.length, at + 10_000);
      encoded.writeBytes(encode("gzip", Arrays.copyOfRange(plain, at, end)));
      encoded.writeBytes(encode("gzip", new byte[0]));
    }
    encoded.writeBytes("what follows is no part of it".getBytes(StandardCharsets.US_ASCII));
    byte[] bytes = encoded.toByteArray();
    for (int pieceBytes : new int[] {1, 7, 1_000, bytes.length}) {
      assertThat(decoded("gzip", bytes, pieceBytes)).isEqualTo(plain);
    }
  }

  private static byte[] decoded(String encoding, byte[] encoded, int pieceBytes)
      throws Decoding.Undecodable {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    try (Decoding decoding = decoding(encoding, PLAIN_BYTES)) {
      for (int at = 0; at < encoded.length; at += pieceBytes) {
        int end = Math.min(encoded.length, at + pieceBytes);
        decoded.writeBytes(decoding.decode(Arrays.copyOfRange(encoded, at, end)));
      }
    }
    return decoded.toByteArray();
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
