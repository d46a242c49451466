<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Central does not answer</source>
        <translation>中心没有应答</translation>
    </message>
    <message>
        <source>This needs central records, and they did not answer in time.</source>
        <translation>此操作需要中心记录，但中心未及时应答。</translation>
    </message>
    <message>
        <source>Sell what is held here, or try again when the line is back.</source>
        <translation>可先出售本窗预留票额，或待线路恢复后再办理。</translation>
    </message>
    <message>
        <source>Central said no</source>
        <translation>中心未受理</translation>
    </message>
    <message>
        <source>Central did not accept this.</source>
        <translation>中心没有受理此操作。</translation>
    </message>
    <message>
        <source>If the reason is not clear, ask an administrator.</source>
        <translation>原因不明时请联系管理员。</translation>
    </message>
    <message>
        <source>Central did not accept this: {code}.</source>
        <translation>中心没有受理此操作：{code}。</translation>
    </message>
    <message>
        <source>This counter is revoked</source>
        <translation>本窗口已被撤销</translation>
    </message>
    <message>
        <source>Central no longer lets this counter sell. What it has recorded is still sent.</source>
        <translation>中心已不允许本窗口售票；已记录的流水仍会上传。</translation>
    </message>
    <message>
        <source>Serve customers at another window and call the administrator.</source>
        <translation>请引导旅客到其他窗口，并联系管理员。</translation>
    </message>
    <message>
        <source>A new epoch is needed</source>
        <translation>需要启用新纪元</translation>
    </message>
    <message>
        <source>The data here is not the newest that central has seen: a restored backup or a copy, perhaps.</source>
        <translation>本机数据不是中心见过的最新数据，可能是恢复的备份或副本。</translation>
    </message>
    <message>
        <source>Do not sell. An administrator asks central for a new epoch under Sync (Alt+S).</source>
        <translation>请勿售票，由管理员在“同步”（Alt+S）中向中心申请新纪元。</translation>
    </message>
    <message>
        <source>Selling is stopped</source>
        <translation>已停止售票</translation>
    </message>
    <message>
        <source>Central told this counter to sell nothing.</source>
        <translation>中心要求本窗口停止售票。</translation>
    </message>
    <message>
        <source>Serve customers at another window and call the administrator. What was recorded is still sent.</source>
        <translation>请引导旅客到其他窗口，并联系管理员；已记录的流水仍会上传。</translation>
    </message>
    <message>
        <source>Central told this counter to sell nothing: {code}.</source>
        <translation>中心要求本窗口停止售票：{code}。</translation>
    </message>
    <message>
        <source>The time of these places is over</source>
        <translation>预留席位已到期</translation>
    </message>
    <message>
        <source>They were held here for an outage, and that time has run out.</source>
        <translation>这些席位是为断线预留的，预留时间已过。</translation>
    </message>
    <message>
        <source>Offer another departure that is held here, or wait for the line.</source>
        <translation>请改售本窗仍有预留的车次，或等待线路恢复。</translation>
    </message>
    <message>
        <source>Not held here</source>
        <translation>本窗无预留</translation>
    </message>
    <message>
        <source>Without the line only places that this window holds can be sold, and it holds none of these.</source>
        <translation>线路不通时只能出售本窗预留的席位，而本窗没有这样的预留。</translation>
    </message>
    <message>
        <source>Choose a class or departure that is held here, or wait for the line.</source>
        <translation>请选择本窗有预留的席别或车次，或等待线路恢复。</translation>
    </message>
    <message>
        <source>Under way at another window</source>
        <translation>其他窗口正在办理</translation>
    </message>
    <message>
        <source>Another window is refunding or changing this ticket.</source>
        <translation>其他窗口正在为此票办理退票或改签。</translation>
    </message>
    <message>
        <source>Ask that window, or try again in a few minutes.</source>
        <translation>请询问该窗口，或过几分钟再试。</translation>
    </message>
    <message>
        <source>Window {by} is refunding or changing this ticket.</source>
        <translation>窗口 {by} 正在为此票办理退票或改签。</translation>
    </message>
    <message>
        <source>Enrolment refused</source>
        <translation>登记未通过</translation>
    </message>
    <message>
        <source>Central did not accept the code.</source>
        <translation>中心没有接受登记码。</translation>
    </message>
    <message>
        <source>Ask an administrator for a new code: each works once, and not for long.</source>
        <translation>请向管理员索取新的登记码：每个只能用一次，且很快失效。</translation>
    </message>
    <message>
        <source>Central did not accept the code: {code}.</source>
        <translation>中心没有接受登记码：{code}。</translation>
    </message>
    <message>
        <source>This counter stands alone</source>
        <translation>本窗口独立运行</translation>
    </message>
    <message>
        <source>There are no central records behind this counter.</source>
        <translation>本窗口没有接入中心。</translation>
    </message>
    <message>
        <source>Do this at a counter that is enrolled with central records.</source>
        <translation>请到已接入中心的窗口办理。</translation>
    </message>
    <message>
        <source>Only central changes this</source>
        <translation>只能由中心更改</translation>
    </message>
    <message>
        <source>This counter is enrolled: accounts, timetable and keys come from central.</source>
        <translation>本窗口已接入中心，账号、时刻表和密钥由中心下发。</translation>
    </message>
    <message>
        <source>Ask whoever administers central. The change arrives here by itself.</source>
        <translation>请联系中心管理员，更改会自动下发到本窗口。</translation>
    </message>
    <message>
        <source>the request was not understood</source>
        <translation>请求无法识别</translation>
    </message>
    <message>
        <source>central does not know this question</source>
        <translation>中心不支持此请求</translation>
    </message>
    <message>
        <source>the request was too large</source>
        <translation>请求过大</translation>
    </message>
    <message>
        <source>the request was not signed</source>
        <translation>请求没有签名</translation>
    </message>
    <message>
        <source>the signature does not fit</source>
        <translation>签名不符</translation>
    </message>
    <message>
        <source>central does not know this counter</source>
        <translation>中心没有登记本窗口</translation>
    </message>
    <message>
        <source>this counter is revoked</source>
        <translation>本窗口已被撤销</translation>
    </message>
    <message>
        <source>another one works under this counter's current epoch</source>
        <translation>另有设备在使用本窗口的当前纪元</translation>
    </message>
    <message>
        <source>this computer's clock is off</source>
        <translation>本机时钟不准</translation>
    </message>
    <message>
        <source>the request had been sent before</source>
        <translation>请求重复</translation>
    </message>
    <message>
        <source>too many requests in a short time</source>
        <translation>短时间内请求过多</translation>
    </message>
    <message>
        <source>this program is too old for central</source>
        <translation>本程序版本过旧</translation>
    </message>
    <message>
        <source>this is not allowed</source>
        <translation>不允许此操作</translation>
    </message>
    <message>
        <source>the code is wrong, was used before or is too old</source>
        <translation>登记码有误、已用过或已失效</translation>
    </message>
    <message>
        <source>what was asked for is no longer kept</source>
        <translation>所需数据已不再保留</translation>
    </message>
    <message>
        <source>there is no such thing</source>
        <translation>没有此项记录</translation>
    </message>
    <message>
        <source>this counter's journal exists twice: a copy or a restored backup</source>
        <translation>本窗口流水出现两份，可能是副本或恢复的备份</translation>
    </message>
    <message>
        <source>entries before this one are missing</source>
        <translation>缺少此前的流水</translation>
    </message>
    <message>
        <source>central has no timetable</source>
        <translation>中心没有时刻表</translation>
    </message>
    <message>
        <source>central does not know this service</source>
        <translation>中心没有此车次</translation>
    </message>
    <message>
        <source>central has another timetable of this service</source>
        <translation>此车次的时刻表与中心不一致</translation>
    </message>
    <message>
        <source>central is busy</source>
        <translation>中心繁忙</translation>
    </message>
    <message>
        <source>central made a mistake of its own</source>
        <translation>中心内部出错</translation>
    </message>
    <message>
        <source>this program is too old and has to be brought up to date</source>
        <translation>本程序版本过旧，须先升级</translation>
    </message>
    <message>
        <source>this counter was reported lost</source>
        <translation>本窗口已报失</translation>
    </message>
    <message>
        <source>the data here is older than what central has seen</source>
        <translation>本机数据比中心见过的旧</translation>
    </message>
    <message>
        <source>Places held here for an outage</source>
        <translation>取得预留席位</translation>
    </message>
    <message>
        <source>Places given back to central</source>
        <translation>预留席位退回中心</translation>
    </message>
    <message>
        <source>Held places ended by central</source>
        <translation>中心终止预留</translation>
    </message>
    <message>
        <source>Sync item dealt with</source>
        <translation>同步事项已处理</translation>
    </message>
    <message>
        <source>Accounts received</source>
        <translation>收到账号更新</translation>
    </message>
    <message>
        <source>Selling stopped by central</source>
        <translation>中心要求停售</translation>
    </message>
    <message>
        <source>Selling allowed again</source>
        <translation>恢复售票</translation>
    </message>
    <message>
        <source>Ticket locked at central</source>
        <translation>车票已在中心锁定</translation>
    </message>
    <message>
        <source>Ticket unlocked at central</source>
        <translation>车票已在中心解锁</translation>
    </message>
</context>
</TS>
