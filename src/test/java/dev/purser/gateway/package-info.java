@NullMarked
package dev.purser.gateway;

import org.jspecify.annotations.NullMarked;
