/** Values that cannot print themselves. */
@NullMarked
package dev.purser.secret;

import org.jspecify.annotations.NullMarked;
