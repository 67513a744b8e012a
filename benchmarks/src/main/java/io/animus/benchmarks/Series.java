package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Rounds in which two sides took turns, so that whatever else the machine did met both. */
record Series<T>(List<T> ours, List<T> peers) {

    /** One round of one side. */
    @FunctionalInterface
    interface Round<T> {
        T run() throws IOException, SQLException, InterruptedException;
    }

    /** Runs {@code rounds} of each, the one first and then the other first, after {@code warmUps} that don't count. */
    static <T> Series<T> interleaved(int warmUps, int rounds, Round<T> ours, Round<T> peer)
            throws IOException, SQLException, InterruptedException {
        for (var i = 0; i < warmUps; i++) {
            ours.run();
            peer.run();
        }
        var series = new Series<T>(new ArrayList<>(), new ArrayList<>());
        for (var i = 0; i < rounds; i++) {
            if (i % 2 == 0) {
                series.ours.add(ours.run());
                series.peers.add(peer.run());
            } else {
                series.peers.add(peer.run());
                series.ours.add(ours.run());
            }
        }
        return series;
    }

    Spread ofOurs(ToDoubleFunction<T> figure) {
        return Spread.of(ours.stream().map(figure::applyAsDouble).toList());
    }

    Spread ofPeers(ToDoubleFunction<T> figure) {
        return Spread.of(peers.stream().map(figure::applyAsDouble).toList());
    }

    /** What each round of ours came to beside the round of the peer next to it. */
    Spread compared(ToDoubleBiFunction<T, T> comparison) {
        return Spread.of(IntStream.range(0, ours.size())
                .mapToObj(i -> comparison.applyAsDouble(ours.get(i), peers.get(i)))
                .toList());
    }
}
