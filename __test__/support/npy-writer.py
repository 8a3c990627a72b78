# What NumPy writes: for each array (dtype, shape, order, data) the bytes of numpy.save, of open_memmap, and their headers by version.
import base64, io, json, sys, warnings
import numpy as np
import numpy.lib.format as fmt
warnings.simplefilter('ignore')


def dtype_of(spec):
    if isinstance(spec, dict):
        return np.dtype({**spec, 'formats': [dtype_of(one) for one in spec['formats']]})
    if isinstance(spec, list):
        if len(spec) == 2 and isinstance(spec[1], list) and all(isinstance(one, int) for one in spec[1]):
            return np.dtype((dtype_of(spec[0]), tuple(spec[1])))
        return fmt.descr_to_dtype([tuple([tuple(f[0]) if isinstance(f[0], list) else f[0], plain(f[1]), *map(tuple, f[2:])]) for f in spec])
    return np.dtype(spec)


def plain(spec):
    if isinstance(spec, str):
        return spec
    return [tuple([tuple(f[0]) if isinstance(f[0], list) else f[0], plain(f[1]), *map(tuple, f[2:])]) for f in spec]


def write(case):
    dtype = dtype_of(case['dtype'])
    array = np.frombuffer(base64.b64decode(case['data']), dtype=dtype) if dtype.itemsize and case['data'] else np.zeros(0, dtype)
    array = array.reshape(case['shape'], order=case['order'])
    version = tuple(case['version']) if case['version'] else None
    out = io.BytesIO()
    try:
        fmt.write_array(out, array, version=version)
    except Exception as error:
        return {'error': str(error)}
    return {'file': base64.b64encode(out.getvalue()).decode()}


json.dump([write(case) for case in json.load(sys.stdin)], sys.stdout)
