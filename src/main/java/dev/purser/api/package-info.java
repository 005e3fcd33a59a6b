/** The JSON management API. */
@NullMarked
package dev.purser.api;

import org.jspecify.annotations.NullMarked;
