"""Runs chains of NumPy calls that the tests have made up, and tells what came of each: see live-chain.ts."""
import base64
import itertools
import json
import math
import sys
import warnings

import numpy as np

warnings.simplefilter('ignore')
np.seterr(all='ignore')


def dtype_of(spec):
    if isinstance(spec, str):
        return np.dtype(spec)
    if isinstance(spec, dict):
        return np.dtype({**spec, 'formats': [dtype_of(f) for f in spec['formats']]})
    if len(spec) == 2 and isinstance(spec[1], list) and all(isinstance(n, int) for n in spec[1]):
        return np.dtype((dtype_of(spec[0]), tuple(spec[1])))
    fields = [(name, np.dtype((dtype_of(of), tuple(rest[0]))) if rest else dtype_of(of)) for name, of, *rest in spec]
    ends = np.cumsum([0, *(field.itemsize for _, field in fields)]).tolist()
    # As in dtype.descr, a field without a name is padding.
    placed = [(name, field, start) for (name, field), start in zip(fields, ends) if name]
    names, formats, offsets = zip(*placed)
    return np.dtype({'names': names, 'formats': formats, 'offsets': offsets, 'itemsize': ends[-1]})


def spec_of(dtype):
    if dtype.subdtype is not None:
        return [spec_of(dtype.base), list(dtype.shape)]
    if dtype.names is None:
        return dtype.str
    fields = [dtype.fields[name] for name in dtype.names]
    return {
        'names': list(dtype.names),
        'formats': [spec_of(field[0]) for field in fields],
        'offsets': [field[1] for field in fields],
        'itemsize': dtype.itemsize,
    }


def value_of(wire, base=None):
    if isinstance(wire, list):
        return [value_of(one, base) for one in wire]
    if not isinstance(wire, dict):
        return wire
    (kind, body), = wire.items()
    if kind == 'f':
        return float(body)
    if kind == 'i':
        return int(body)
    if kind == 'c':
        return complex(float(body[0]), float(body[1]))
    if kind == 'b':
        return bytes.fromhex(body)
    if kind == 'r':
        return tuple(value_of(one) for one in body['values'])
    if kind == 'a':
        return array_of(body)
    if kind == 'self':
        array = base
        for step in body:
            array = run(array, step, base)
        return array
    raise ValueError(kind)


def array_of(wire):
    data = bytearray(base64.b64decode(wire['data']) or b'\0')
    return np.ndarray(wire['shape'], dtype_of(wire['dtype']), data, order=wire.get('order', 'C'))


def selector_of(wire):
    if wire == '...':
        return Ellipsis
    if isinstance(wire, dict):
        (kind, body), = wire.items()
        if kind == 's':
            return slice(*body)
        if kind == 'l':
            return body if body else np.zeros(np.shape(body), np.intp)
        if kind == 'a':
            return array_of(body)
    return wire


def cast(array, dtype):
    """astype, but for floats to integers, which C leaves open: cut, then modulo 2^n, with 0 for what is not finite."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in 'fc' or dtype.kind not in 'iuMm':
        return array
    if dtype.kind in 'Mm':
        made = cast(array, np.dtype('i8')).view(dtype.newbyteorder('='))
        made[np.isnan(array.real)] = 'NaT'
        return made
    whole = [int(x) if math.isfinite(x) else 0 for x in array.real.astype('f8').ravel()]
    bits = np.array([x % 2 ** (8 * dtype.itemsize) for x in whole], 'u8')
    made = np.empty_like(array, dtype.newbyteorder('='))
    made[...] = bits.astype(f'u{dtype.itemsize}').view(dtype.newbyteorder('=')).reshape(array.shape)
    return made


def shaped(array, indices):
    found = array[indices]
    # An element is a view here, as a[..., indices] is there.
    return found if isinstance(found, np.ndarray) else array[(*indices, Ellipsis)]


def run(array, step, base):
    op = step['op']
    args = step.get('args', [])
    if op == 'index':
        return shaped(array, tuple(selector_of(one) for one in step['at']))
    if op == 'slice':
        if array.ndim == 0:
            raise IndexError('no rows')
        return array[slice(*args)]
    if op == 'T':
        return array.T
    if op == 'transpose':
        return array.transpose(args[0])
    if op in ('swapAxes', 'moveAxis', 'squeeze', 'expandDims', 'flip'):
        args = [tuple(one) if isinstance(one, list) else one for one in args]
        if op == 'flip' and array.ndim == 0 and args in ([], [()]):
            return array[...]
        return getattr(np, {'swapAxes': 'swapaxes', 'moveAxis': 'moveaxis', 'expandDims': 'expand_dims'}.get(op, op))(array, *args)
    if op == 'reshape':
        return array.reshape(args[0], order=args[1])
    if op in ('ravel', 'flatten', 'copy'):
        return getattr(array, op)(*args)
    if op == 'diagonal':
        return array.diagonal(*args)
    if op == 'broadcastTo':
        return np.broadcast_to(array, tuple(args[0]))
    if op == 'view':
        return array.view(dtype_of(args[0]))
    if op == 'field':
        return array[args[0]]
    if op in ('real', 'imag'):
        if array.dtype.kind not in 'biufc' or (op == 'imag' and array.dtype.kind != 'c'):
            raise TypeError('no parts')
        return getattr(array, op)
    if op == 'astype':
        target = dtype_of(args[0])
        if overflows(array, array, target):
            return 'wrong'
        if array.dtype.kind in 'fc' and target.base.kind in 'iuMm':
            return cast(array.astype(array.dtype, order=args[1]), target.base).astype(target)
        return array.astype(target, order=args[1])
    if op == 'byteswap':
        return array.byteswap(*args)
    if op == 'take':
        found = np.take(array, np.array(args[0], np.intp), axis=args[1])
        # A scalar is in native order, an element of an array in the array's.
        return found if isinstance(found, np.ndarray) else np.take(array, [args[0]], axis=args[1]).reshape(())
    if op == 'mask':
        return array[array_of(args[0])]
    if op == 'assign':
        value = cast(value_of(step['value'], base), array.dtype)
        if isinstance(value, np.ndarray) and overflows(value, value, array.dtype):
            return 'wrong'
        at = tuple(selector_of(one) for one in step.get('at', []))
        if all(one is None or isinstance(one, (int, slice)) and not isinstance(one, bool) for one in at):
            # As an array, where a list of integers alone would be an element.
            at = (*at, Ellipsis)
        array[at] = value
        return None
    if op == 'fill':
        array.fill(value_of(step['value']))
        return None
    if op == 'compare':
        other = value_of(step['value'], base)
        if isinstance(other, np.ndarray) and overflows(array, other, other.dtype):
            return 'wrong'
        # With ndarray's own operators: Python's fall back to identity.
        name = {'<': '__lt__', '<=': '__le__', '==': '__eq__', '!=': '__ne__', '>=': '__ge__', '>': '__gt__'}[args[0]]
        found = getattr(array, name)(other)
        if found is NotImplemented:
            raise TypeError('no comparison')
        return np.asarray(found)
    if op == 'equals':
        other = value_of(step['value'], base)
        if isinstance(other, np.ndarray) and overflows(array, other, other.dtype):
            return 'wrong'
        return bool(np.array_equal(array, other))
    if op == 'allClose':
        return bool(np.allclose(array, value_of(step['value'], base), rtol=args[0], atol=args[1], equal_nan=args[2]))
    if op in ('cumsum', 'cumprod'):
        return getattr(array, op)(**options_of(step))
    if op == 'reduce':
        name = step['name']
        options = options_of(step)
        skip_nan = options.pop('skipNaN', False)
        if name == 'ptp':
            # NumPy has no nanptp.
            high, low = (np.nanmax, np.nanmin) if skip_nan else (np.max, np.min)
            return np.asarray(np.subtract(high(array, **options), low(array, **options)))
        if skip_nan:
            return getattr(np, 'nan' + name)(array, **options)
        if name == 'countNonzero':
            return np.asarray(np.count_nonzero(array, **options), 'i8')
        return getattr(array, name)(**options)
    if op == 'exactly':
        return exactly(array, **options_of(step))
    raise ValueError(op)


def exactly(array, axis=None, skipNaN=False, mean=False):
    """The sums of floats, rounded once, to float64."""
    ndim = array.ndim
    axes = tuple(range(ndim)) if axis is None else tuple(one % ndim for one in ((axis,) if isinstance(axis, int) else axis))
    kept = tuple(one for one in range(ndim) if one not in axes)
    rows = array.transpose(kept + axes).astype('f8').reshape([array.shape[one] for one in kept] + [-1])
    flat = rows.reshape(-1, rows.shape[-1]) if rows.size else np.zeros((math.prod(rows.shape[:-1]), 0))
    lists = [[x for x in row if not (skipNaN and math.isnan(x))] for row in flat.tolist()]
    sums = [math.fsum(row) / (len(row) if mean else 1) if all(map(math.isfinite, row)) and (row or not mean) else math.nan for row in lists]
    return np.array(sums).reshape(rows.shape[:-1])


def overflows(a, b, dtype):
    """Whether NumPy's own arithmetic of dates goes wrong: beyond 64 bits, without a unit, between months and e.g. 7 days."""
    if dtype.names is not None:
        return any(overflows(a, b, dtype[name].base) for name in dtype.names)
    if a.dtype.names is not None or b.dtype.names is not None:
        parts = [[one[name] for name in one.dtype.names] if one.dtype.names else [one] for one in (a, b)]
        return any(overflows(*pair, dtype) for pair in itertools.product(*parts))
    times = [one for one in (a, b) if one.dtype.kind in 'Mm']
    if a.dtype.kind not in 'Mm' or (dtype.kind not in 'MmSU'):
        return False
    if any(one.dtype.str[1:] == 'M8' and not np.isnat(one).all() for one in times):
        return True
    if a.dtype.str[1:] == dtype.str[1:]:
        return False
    if dtype.kind in 'Mm':
        units = [np.datetime_data(one) for one in (a.dtype, dtype)]
        if any(unit in 'YM' for unit, _ in units) and any(unit == 'W' or unit not in 'YM' and count > 1 for unit, count in units):
            return True
        if a.dtype.kind == 'm' and any(unit in 'YM' for unit, _ in units) and any(unit in ('us', 'ns') for unit, _ in units):
            return True
    return any((abs(one[~np.isnat(one)].astype('i8')) > 10**6).any() for one in times)


def options_of(step):
    options = dict(step.get('options', {}))
    if isinstance(options.get('axis'), list):
        options['axis'] = tuple(options['axis'])
    if 'dtype' in options:
        options['dtype'] = dtype_of(options['dtype'])
    return options


def packed(array):
    """The bytes of all elements in C order, without those between fields."""
    if array.dtype.names is not None:
        return b''.join(packed(array[name]) for name in array.dtype.names)
    return array.tobytes()


def outcome(found, memory, start):
    if found is None:
        return {'done': True}
    if isinstance(found, str):
        return {'wrong': True}
    if isinstance(found, bool):
        return {'truth': found}
    scalar = not isinstance(found, np.ndarray)
    array = np.asarray(found)
    at = array.__array_interface__['data'][0] - start
    return {
        'scalar': scalar,
        'shape': array.shape,
        'strides': array.strides,
        'dtype': spec_of(array.dtype),
        'data': base64.b64encode(packed(array)).decode(),
        'view': bool(np.may_share_memory(array, memory)),
        'at': at,
        'writeable': array.flags.writeable,
    }


def chain(case):
    memory = np.frombuffer(bytearray(base64.b64decode(case['memory'])), 'u1')
    start = memory.__array_interface__['data'][0]
    base = np.ndarray(case['shape'], dtype_of(case['dtype']), memory, case['offset'], order=case['order'])
    if not case['writeable']:
        base.flags.writeable = False
    array = base
    outcomes = []
    for step in case['steps']:
        try:
            found = run(array, step, base)
            outcomes.append(outcome(found, memory, start))
            if isinstance(found, np.ndarray) and not step.get('aside'):
                array = found
        except Exception as error:
            outcomes.append({'error': f'{type(error).__name__}: {error}'[:200]})
    encoded = lambda data: base64.b64encode(data).decode()
    return {'outcomes': outcomes, 'memory': encoded(memory.tobytes()), 'elements': encoded(packed(base))}


json.dump([chain(case) for case in json.load(sys.stdin)], sys.stdout)
