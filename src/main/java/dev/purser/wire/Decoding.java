package dev.purser.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.BrotliDecompressor;
import io.netty.handler.codec.compression.Decompressor;
import io.netty.handler.codec.compression.Decompressor.AbstractDecompressorBuilder;
import io.netty.handler.codec.compression.JdkZlibDecompressor;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.netty.handler.codec.compression.Zstd;
import io.netty.handler.codec.compression.ZstdDecompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the content encodings of one answer with Netty's decoders, in bounded pieces: bytes go in,
 * and what they decode to is taken out piece by piece until more bytes are needed. Gives up on what
 * decodes to more than a limit. Not thread-safe. Closed when the answer is over.
 */
public final class Decoding implements AutoCloseable {
  /** The most that comes out at once. */
  public static final int PIECE_BYTES = 64 * 1024;

  private static final int MAX_ENCODINGS = 3;

  /** A window of 8 MB, above which nobody need decode a zstd answer (RFC 9659). */
  private static final int ZSTD_WINDOW_LOG = 23;

  private final List<Layer> layers = new ArrayList<>();
  private final Queue<byte[]> input = new ArrayDeque<>();
  private final long limitBytes;
  private boolean inputEnded;

  /** The bytes cannot be decoded, are not all there, or are more than the limit. */
  public static final class Undecodable extends Exception {
    private static final long serialVersionUID = 1L;

    Undecodable(String message) {
      super(message);
    }

    Undecodable(RuntimeException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private Decoding(
      List<AbstractDecompressorBuilder> decoders, long limitBytes, ByteBufAllocator buffers) {
    this.limitBytes = limitBytes;
    decoders.forEach(decoder -> layers.add(new Layer(decoder, buffers)));
  }

  /**
   * Null for an encoding that Purser cannot undo.
   *
   * @param contentEncodings the values of all headers of that name, in their order; at least one
   *     names an encoding
   * @param limitBytes the most that may come out of any one of them
   */
  public static @Nullable Decoding of(List<String> contentEncodings, long limitBytes) {
    return of(contentEncodings, limitBytes, UnpooledByteBufAllocator.DEFAULT);
  }

  public static @Nullable Decoding of(
      List<String> contentEncodings, long limitBytes, ByteBufAllocator buffers) {
    List<AbstractDecompressorBuilder> decoders = new ArrayList<>();
    for (String name : names(contentEncodings)) {
      AbstractDecompressorBuilder decoder = decoder(name);
      if (decoder == null || decoders.size() == MAX_ENCODINGS) {
        return null;
      }
      // The last that was put on comes off first.
      decoders.addFirst(decoder);
    }
    return new Decoding(decoders, limitBytes, buffers);
  }

  /** The encodings that change something, in the order in which they were put on. */
  public static List<String> names(List<String> contentEncodings) {
    List<String> names = new ArrayList<>();
    for (String value : contentEncodings) {
      for (String name : value.split(",", -1)) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        if (!lower.isEmpty() && !lower.equals("identity")) {
          names.add(lower);
        }
      }
    }
    return names;
  }

  private static @Nullable AbstractDecompressorBuilder decoder(String name) {
    return switch (name) {
      case "gzip", "x-gzip" -> zlib(ZlibWrapper.GZIP);
      // Some servers leave out the wrapping.
      case "deflate" -> zlib(ZlibWrapper.ZLIB_OR_NONE);
      case "br" ->
          Brotli.isAvailable()
              ? BrotliDecompressor.builder().maxOutputChunkSize(PIECE_BYTES)
              : null;
      case "zstd" ->
          Zstd.isAvailable() ? ZstdDecompressor.builder().maxWindowLog(ZSTD_WINDOW_LOG) : null;
      default -> null;
    };
  }

  private static AbstractDecompressorBuilder zlib(ZlibWrapper wrapper) {
    return JdkZlibDecompressor.builder()
        .wrapper(wrapper)
        .maxAllocation(PIECE_BYTES)
        .decompressConcatenated(true);
  }

  /** Gives it the next encoded bytes. */
  public void add(byte[] encoded) {
    if (encoded.length > 0) {
      input.add(encoded);
    }
  }

  /** Nothing is to be added any more. */
  public void end() {
    inputEnded = true;
  }

  /**
   * What the bytes so far decode to, from where the last piece ended.
   *
   * @return at most {@link #PIECE_BYTES} and a little; null if more bytes are needed, or after the
   *     end
   */
  public byte @Nullable [] next() throws Undecodable {
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    try {
      while (piece.size() < PIECE_BYTES) {
        ByteBuf decoded = pull(layers.size() - 1);
        if (decoded == null) {
          break;
        }
        drain(decoded, piece);
      }
    } catch (RuntimeException e) {
      throw new Undecodable(e);
    }
    return piece.size() == 0 ? null : piece.toByteArray();
  }

  private static void drain(ByteBuf from, ByteArrayOutputStream to) {
    try {
      from.readBytes(to, from.readableBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      from.release();
    }
  }

  /** Whether every encoding came to its own end, and all that they hold was taken out. */
  public boolean complete() {
    return layers.stream().allMatch(layer -> layer.over);
  }

  /** What comes out of one of the encodings next; null if it needs more, or is over. */
  private @Nullable ByteBuf pull(int index) throws Undecodable {
    Layer layer = layers.get(index);
    while (!layer.over) {
      switch (layer.decoder().status()) {
        case NEED_OUTPUT -> {
          ByteBuf decoded = layer.decoder().takeOutput();
          if (decoded.isReadable()) {
            layer.count(decoded);
            return decoded;
          }
          decoded.release();
        }
        case NEED_INPUT -> {
          ByteBuf encoded = pullInto(index);
          if (encoded != null) {
            layer.give(encoded);
          } else if (!isOver(index)) {
            return null;
          } else if (layer.toldEnd || !layer.begun) {
            throw new Undecodable("the end is missing");
          } else {
            // Throws if something is missing.
            layer.decoder().endOfInput();
            layer.toldEnd = true;
          }
        }
        case COMPLETE -> {
          layer.over = true;
          if (layer.hasRest()) {
            throw new Undecodable("more bytes after the end");
          }
        }
      }
    }
    ByteBuf behind = pullInto(index);
    if (behind != null) {
      behind.release();
      throw new Undecodable("more bytes after the end");
    }
    return null;
  }

  private @Nullable ByteBuf pullInto(int index) throws Undecodable {
    if (index > 0) {
      return pull(index - 1);
    }
    byte[] next = input.poll();
    return next == null ? null : Unpooled.wrappedBuffer(next);
  }

  private boolean isOver(int index) {
    return index > 0 ? layers.get(index - 1).over : inputEnded;
  }

  @Override
  public void close() {
    input.clear();
    layers.forEach(Layer::close);
  }

  /** One of the encodings. What it holds outside the heap is taken when the first bytes come. */
  private final class Layer {
    private final AbstractDecompressorBuilder builder;
    private final ByteBufAllocator buffers;
    private @Nullable Decompressor decompressor;
    private @Nullable ByteBuf given;
    private long decodedBytes;
    private boolean begun;
    private boolean toldEnd;
    private boolean over;

    Layer(AbstractDecompressorBuilder builder, ByteBufAllocator buffers) {
      this.builder = builder;
      this.buffers = buffers;
    }

    Decompressor decoder() {
      Decompressor opened = decompressor;
      if (opened == null) {
        opened = builder.build(buffers);
        decompressor = opened;
      }
      return opened;
    }

    void give(ByteBuf encoded) {
      forget();
      begun = true;
      given = encoded.retain();
      decoder().addInput(encoded);
    }

    /** Whether some of what it was given last is left, as far as the decoder tells. */
    boolean hasRest() {
      return given != null && given.isReadable();
    }

    void count(ByteBuf decoded) throws Undecodable {
      decodedBytes += decoded.readableBytes();
      if (decodedBytes > limitBytes) {
        decoded.release();
        throw new Undecodable("decodes to more than " + limitBytes + " bytes");
      }
    }

    private void forget() {
      if (given != null) {
        given.release();
        given = null;
      }
    }

    void close() {
      forget();
      if (decompressor != null) {
        decompressor.close();
      }
    }
  }
}
