package dev.purser.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
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
    return decoding(List.of(encoding), limitBytes, UnpooledByteBufAllocator.DEFAULT);
  }

  private static Decoding decoding(
      List<String> encodings, long limitBytes, ByteBufAllocator buffers) {
    List<String> names =
        encodings.stream().map(name -> name.replace("bare deflate", "deflate")).toList();
    Decoding decoding = Decoding.of(names, limitBytes, buffers);
    if (decoding == null) {
      throw new AssertionError("no decoding of " + encodings);
    }
    return decoding;
  }

  /** All that comes out now, in pieces that are none too large. */
  private static byte[] taken(Decoding decoding) throws Decoding.Undecodable {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (byte[] piece = decoding.next(); piece != null; piece = decoding.next()) {
      assertThat(piece.length).isBetween(1, 2 * Decoding.PIECE_BYTES);
      decoded.writeBytes(piece);
    }
    return decoded.toByteArray();
  }

  private static byte[] decoded(Decoding decoding, byte[] encoded, int pieceBytes)
      throws Decoding.Undecodable {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (int at = 0; at < encoded.length; at += pieceBytes) {
      int end = Math.min(encoded.length, at + pieceBytes);
      decoding.add(Arrays.copyOfRange(encoded, at, end));
      decoded.writeBytes(taken(decoding));
    }
    decoding.end();
    decoded.writeBytes(taken(decoding));
    return decoded.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "bare deflate", "br", "zstd"})
  void whatWasEncodedIsDecodedHoweverItIsCut(String encoding) throws Exception {
    byte[] plain = plain();
    byte[] encoded = encode(encoding, plain);
    for (int pieceBytes : new int[] {1, 1_000, encoded.length}) {
      try (Decoding decoding = decoding(encoding, PLAIN_BYTES)) {
        assertThat(decoded(decoding, encoded, pieceBytes)).isEqualTo(plain);
        assertThat(decoding.complete()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gzip, br", "zstd,gzip", "br, identity, deflate", "gzip,gzip,gzip", "GZIP , Br"})
  void severalEncodingsAreUndoneLastFirst(String encodings) throws Exception {
    byte[] plain = plain();
    byte[] encoded = plain;
    for (String encoding : Decoding.names(List.of(encodings))) {
      encoded = encode(encoding, encoded);
    }
    for (int pieceBytes : new int[] {1, 1_000, encoded.length}) {
      try (Decoding decoding = decoding(encodings, PLAIN_BYTES)) {
        assertThat(decoded(decoding, encoded, pieceBytes)).isEqualTo(plain);
        assertThat(decoding.complete()).isTrue();
      }
    }
  }

  @Test
  void encodingsMayStandInSeveralHeaders() throws Exception {
    byte[] encoded = encode("br", encode("gzip", plain()));
    try (Decoding decoding =
        decoding(
            List.of("identity", "gzip", "br"), PLAIN_BYTES, UnpooledByteBufAllocator.DEFAULT)) {
      assertThat(decoded(decoding, encoded, 1_000)).isEqualTo(plain());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"compress", "gzip, secret", "gzip,gzip,gzip,gzip", "aes128gcm"})
  void whatCannotBeUndoneIsNotTried(String encodings) {
    assertThat(Decoding.of(List.of(encodings), PLAIN_BYTES)).isNull();
  }

  /** Also if all bytes of the content are there, and only the end of the encoding is missing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip",
        "deflate",
        "bare deflate",
        "br",
        "zstd",
        "gzip, br",
        "br, gzip",
        "zstd, br"
      })
  void whateverIsMissingAtTheEndIsNoticed(String encodings) throws Exception {
    byte[] encoded = "{\"usage\":{\"input_tokens\":1}}".repeat(20).getBytes(StandardCharsets.UTF_8);
    for (String encoding : encodings.split(", ", -1)) {
      encoded = encode(encoding, encoded);
    }
    for (int length = 0; length < encoded.length; length++) {
      byte[] cut = Arrays.copyOf(encoded, length);
      for (int pieceBytes : new int[] {1, Math.max(1, length)}) {
        try (Decoding decoding = decoding(encodings, PLAIN_BYTES)) {
          assertThatThrownBy(() -> decoded(decoding, cut, pieceBytes))
              .as("%s cut after %d bytes", encodings, length)
              .isInstanceOf(Decoding.Undecodable.class);
          assertThat(decoding.complete()).isFalse();
        }
      }
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
    byte[] bytes = encoded.toByteArray();
    for (int pieceBytes : new int[] {1, 7, 1_000, bytes.length}) {
      try (Decoding decoding = decoding("gzip", PLAIN_BYTES)) {
        assertThat(decoded(decoding, bytes, pieceBytes)).isEqualTo(plain);
        assertThat(decoding.complete()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "bare deflate", "zstd"})
  void whatFollowsTheEndIsNoPartOfIt(String encoding) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(encode(encoding, plain()));
    bytes.writeBytes("what follows is no part of it".getBytes(StandardCharsets.US_ASCII));
    byte[] encoded = bytes.toByteArray();
    for (int pieceBytes : new int[] {1_000, encoded.length}) {
      try (Decoding decoding = decoding(encoding, PLAIN_BYTES)) {
        assertThatThrownBy(() -> decoded(decoding, encoded, pieceBytes))
            .isInstanceOf(Decoding.Undecodable.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd", "gzip, br"})
  void whatIsNotEncodedIsNotDecoded(String encodings) {
    byte[] plain = "{\"usage\":{\"input_tokens\":1}}".getBytes(StandardCharsets.UTF_8);
    try (Decoding decoding = decoding(encodings, PLAIN_BYTES)) {
      assertThatThrownBy(() -> decoded(decoding, plain, plain.length))
          .isInstanceOf(Decoding.Undecodable.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "gzip, gzip", "gzip, br"})
  void aBombIsGivenUpAtTheLimit(String encodings) throws Exception {
    byte[] bomb = new byte[50 << 20];
    for (String encoding : encodings.split(", ", -1)) {
      bomb = encode(encoding, bomb);
    }
    try (Decoding decoding = decoding(encodings, 1 << 20)) {
      byte[] encoded = bomb;
      assertThatThrownBy(() -> decoded(decoding, encoded, encoded.length))
          .isInstanceOf(Decoding.Undecodable.class)
          .hasMessageContaining("more than 1048576 bytes");
    }
  }

  /** However far it came. */
  @ParameterizedTest
  @ValueSource(
      strings = {"gzip", "deflate", "bare deflate", "br", "zstd", "gzip, br", "zstd, gzip"})
  void itsMemoryIsGivenBack(String encodings) throws Exception {
    byte[] encoded = plain();
    for (String encoding : encodings.split(", ", -1)) {
      encoded = encode(encoding, encoded);
    }
    UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    for (int length = 0; length <= encoded.length; length += Math.max(1, encoded.length / 20)) {
      for (int pieceBytes : new int[] {100, 10_000}) {
        try (Decoding decoding = decoding(List.of(encodings), PLAIN_BYTES, buffers)) {
          for (int at = 0; at < length; at += pieceBytes) {
            decoding.add(Arrays.copyOfRange(encoded, at, Math.min(length, at + pieceBytes)));
            var _ = decoding.next();
          }
        }
        assertThat(buffers.metric().usedHeapMemory()).isZero();
        assertThat(buffers.metric().usedDirectMemory()).isZero();
      }
    }
  }
}
