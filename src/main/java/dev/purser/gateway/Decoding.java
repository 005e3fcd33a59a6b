package dev.purser.gateway;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Undoes a content encoding, piece by piece, and gives up on what decodes to more than a limit. Not
 * thread-safe: one answer, one decoding. Closed when the answer is over.
 */
abstract sealed class Decoding implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final long limitBytes;
  private long decodedBytes;

  private Decoding(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** The bytes cannot be decoded, or are more than the limit. */
  static final class Undecodable extends Exception {
    Undecodable(String message) {
      super(message);
    }
  }

  /**
   * Null for an encoding that Purser cannot undo.
   *
   * @param limitBytes the most that may come out
   */
  static @Nullable Decoding of(String contentEncoding, long limitBytes) {
    return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> new Deflated(limitBytes, true);
      case "deflate" -> new Deflated(limitBytes, false);
      case "br" -> Brotli4jLoader.isAvailable() ? new Brotli(limitBytes) : null;
      case "zstd" -> new Zstd(limitBytes);
      default -> null;
    };
  }

  /** What the next bytes decode to, as far as they do. */
  final byte[] decode(byte[] encoded) throws Undecodable {
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(4 * encoded.length);
    decode(encoded, decoded);
    return decoded.toByteArray();
  }

  abstract void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable;

  @Override
  public abstract void close();

  final void count(int bytes) throws Undecodable {
    decodedBytes += bytes;
    if (decodedBytes > limitBytes) {
      throw new Undecodable("decodes to more than " + limitBytes + " bytes");
    }
  }

  /** Deflate, in gzip's wrapping (RFC 1952) or in zlib's (RFC 1950), or bare as some servers do. */
  private static final class Deflated extends Decoding {
    private final boolean gzip;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private byte[] head = {};
    private @Nullable Inflater inflater;

    Deflated(long limitBytes, boolean gzip) {
      super(limitBytes);
      this.gzip = gzip;
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      if (inflater != null) {
        inflate(inflater, encoded, 0, into);
        return;
      }
      head = Arrays.copyOf(head, head.length + encoded.length);
      System.arraycopy(encoded, 0, head, head.length - encoded.length, encoded.length);
      int start = gzip ? afterGzipHeader(head) : head.length < 2 ? -1 : 0;
      if (start >= 0) {
        boolean zlib = !gzip && isZlib(head);
        Inflater opened = new Inflater(!zlib);
        inflater = opened;
        byte[] first = head;
        head = new byte[0];
        inflate(opened, first, start, into);
      } else if (head.length > BUFFER_BYTES) {
        throw new Undecodable("an endless gzip header");
      }
    }

    private static boolean isZlib(byte[] bytes) {
      int header = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
      return (bytes[0] & 0x0f) == 8 && header % 31 == 0;
    }

    private void inflate(Inflater inflater, byte[] encoded, int from, ByteArrayOutputStream into)
        throws Undecodable {
      inflater.setInput(encoded, from, encoded.length - from);
      try {
        while (!inflater.finished()) {
          int length = inflater.inflate(buffer);
          if (length == 0) {
            return;
          }
          count(length);
          into.write(buffer, 0, length);
        }
      } catch (DataFormatException e) {
        throw new Undecodable("not deflated: " + e.getMessage());
      }
    }

    /** Where the deflated bytes begin; negative while the header is not whole. */
    private static int afterGzipHeader(byte[] bytes) throws Undecodable {
      if (bytes.length < 10) {
        return -1;
      }
      if ((bytes[0] & 0xff) != 0x1f || (bytes[1] & 0xff) != 0x8b || bytes[2] != 8) {
        throw new Undecodable("not gzip");
      }
      int flags = bytes[3];
      int at = 10;
      if ((flags & 4) != 0) {
        if (bytes.length < at + 2) {
          return -1;
        }
        at += 2 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8);
      }
      for (int texts = Integer.bitCount(flags & 0x18); texts > 0; texts--) {
        while (at < bytes.length && bytes[at] != 0) {
          at++;
        }
        at++;
      }
      if ((flags & 2) != 0) {
        at += 2;
      }
      return at <= bytes.length ? at : -1;
    }

    @Override
    public void close() {
      if (inflater != null) {
        inflater.end();
      }
    }
  }

  /** Brotli (RFC 7932). */
  private static final class Brotli extends Decoding {
    private final DecoderJNI.Wrapper decoder;

    Brotli(long limitBytes) {
      super(limitBytes);
      try {
        decoder = new DecoderJNI.Wrapper(BUFFER_BYTES);
      } catch (IOException e) {
        throw new IllegalStateException("the brotli decoder does not start", e);
      }
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      int at = 0;
      while (true) {
        switch (decoder.getStatus()) {
          case DONE -> {
            return;
          }
          case OK -> decoder.push(0);
          case NEEDS_MORE_OUTPUT -> pull(into);
          case NEEDS_MORE_INPUT -> {
            if (decoder.hasOutput()) {
              pull(into);
            }
            if (at == encoded.length) {
              return;
            }
            ByteBuffer input = decoder.getInputBuffer();
            input.clear();
            int length = Math.min(encoded.length - at, input.remaining());
            input.put(encoded, at, length);
            at += length;
            decoder.push(length);
          }
          case ERROR -> throw new Undecodable("not brotli");
        }
      }
    }

    private void pull(ByteArrayOutputStream into) throws Undecodable {
      ByteBuffer output = decoder.pull();
      byte[] bytes = new byte[output.remaining()];
      output.get(bytes);
      count(bytes.length);
      into.writeBytes(bytes);
    }

    @Override
    public void close() {
      decoder.destroy();
    }
  }

  /** Zstandard (RFC 8878). */
  private static final class Zstd extends Decoding {
    private final ZstdDecompressCtx decoder = new ZstdDecompressCtx();
    private final ByteBuffer output = ByteBuffer.allocateDirect(BUFFER_BYTES);

    Zstd(long limitBytes) {
      super(limitBytes);
    }

    @Override
    void decode(byte[] encoded, ByteArrayOutputStream into) throws Undecodable {
      ByteBuffer input = ByteBuffer.allocateDirect(encoded.length).put(encoded).flip();
      try {
        boolean full = false;
        while (input.hasRemaining() || full) {
          decoder.decompressDirectByteBufferStream(output.clear(), input);
          full = !output.hasRemaining();
          byte[] bytes = new byte[output.flip().remaining()];
          output.get(bytes);
          count(bytes.length);
          into.writeBytes(bytes);
        }
      } catch (ZstdException e) {
        throw new Undecodable("not zstd: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      decoder.close();
    }
  }
}
