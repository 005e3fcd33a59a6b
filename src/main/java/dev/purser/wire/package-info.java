/**
 * Bytes as they pass: finding values in JSON that streams by, the events of a stream, cutting and
 * replacing pieces of a body, undoing content encodings. Knows no provider, no dialect and no
 * price.
 */
@NullMarked
package dev.purser.wire;

import org.jspecify.annotations.NullMarked;
