"""Small autoencoders of other frameworks with random weights, and what the framework makes of a window.

    python Training/golden/foreign.py FOLDER [PREFIX]

Writes with what the Python that runs it has: Keras 2 (tensorflow 2.15), Keras 3, tf2onnx. The tests
of the importers (Training/tests) read them, so that they need none of these. `PREFIX` begins the
names; the committed ones came from

    pip install tensorflow-cpu==2.15.1 tf2onnx==1.16.1 'numpy<2' 'onnx<1.17'    # PREFIX keras2
    pip install keras==3.0.5 torch packaging; export KERAS_BACKEND=torch       # PREFIX keras3.0
    pip install keras==3.15.1 torch; export KERAS_BACKEND=torch                # PREFIX keras3.15
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

STEPS, WIDTH = 20, 2


def classic(keras: Any) -> Any:
    """The LSTM autoencoder of the tutorials: two layers each way and a TimeDistributed Dense."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((STEPS, WIDTH)),
            layers.LSTM(6, return_sequences=True),
            layers.Dropout(0.2),
            layers.LSTM(4),
            layers.RepeatVector(STEPS),
            layers.LSTM(4, return_sequences=True),
            layers.LSTM(6, return_sequences=True),
            layers.TimeDistributed(layers.Dense(WIDTH)),
        ]
    )


def nested(keras: Any) -> Any:
    """Functional, an encoder and a decoder model, with a Dense latent and layers of equal names."""
    layers = keras.layers
    window = keras.Input((STEPS, WIDTH), name="ecg")
    encoder = keras.Model(window, layers.Dense(3)(layers.LSTM(4)(window)), name="encoder")
    latent = keras.Input((3,), name="latent")
    states = layers.LSTM(5, return_sequences=True)(layers.RepeatVector(STEPS)(latent))
    decoder = keras.Model(latent, layers.Dense(WIDTH)(states), name="decoder")
    return keras.Model(window, decoder(encoder(window)))


def randomise(model: Any, seed: int) -> None:
    """Biases too, which Keras starts at zero and one."""
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(-0.7, 0.7, w.shape) for w in model.get_weights()])


def main() -> None:
    import keras

    folder = Path(sys.argv[1])
    prefix = sys.argv[2] if len(sys.argv) > 2 else f"keras{keras.__version__.split('.')[0]}"
    window = np.random.default_rng(7).standard_normal((4, STEPS, WIDTH)).astype(np.float32)
    for seed, make in enumerate((classic, nested)):
        model = make(keras)
        randomise(model, seed)
        stem = folder / f"{prefix}-{make.__name__}"
        model.save(f"{stem}.keras")
        model.save(f"{stem}.h5")
        np.savez(f"{stem}.npz", window=window, reconstruction=np.asarray(model.predict(window, verbose=0)))
        try:
            import tensorflow
            import tf2onnx
        except ImportError:
            continue
        signature = [tensorflow.TensorSpec((None, STEPS, WIDTH), tensorflow.float32, name="ecg")]
        tf2onnx.convert.from_keras(model, signature, output_path=f"{stem}.onnx")


if __name__ == "__main__":
    main()
