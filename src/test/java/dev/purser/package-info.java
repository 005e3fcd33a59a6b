@NullMarked
package dev.purser;

import org.jspecify.annotations.NullMarked;
