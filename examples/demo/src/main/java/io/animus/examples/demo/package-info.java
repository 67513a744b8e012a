/**
 * The main job as a newcomer sees it: everything that a hub needs around it is made from what is at hand, and the hub is
 * then driven through its public REST API alone.
 */
@NullMarked
package io.animus.examples.demo;

import org.jspecify.annotations.NullMarked;
