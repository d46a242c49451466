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
    <message>
        <source>Online</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>Slow line</source>
        <translation>线路缓慢</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Selling stopped</source>
        <translation>已停售</translation>
    </message>
    <message>
        <source>Loading the timetable</source>
        <translation>正在下载时刻表</translation>
    </message>
    <message>
        <source>Loading what is sold</source>
        <translation>正在下载席位数据</translation>
    </message>
    <message>
        <source>Loading accounts</source>
        <translation>正在下载账号</translation>
    </message>
    <message>
        <source>Sending the journal</source>
        <translation>正在上传流水</translation>
    </message>
    <message>
        <source>Offline since {time}</source>
        <translation>{time} 起离线</translation>
    </message>
    <message>
        <source>{n} held</source>
        <translation>预留 {n}</translation>
    </message>
    <message>
        <source>Inbox {n}</source>
        <translation>待处理 {n}</translation>
    </message>
    <message>
        <source>all sent</source>
        <translation>已全部上传</translation>
    </message>
    <message>
        <source>{n} unsynced, {value}</source>
        <translation>未上传 {n} 条 {value}</translation>
    </message>
    <message>
        <source>{n} unsynced</source>
        <translation>未上传 {n} 条</translation>
    </message>
    <message>
        <source>Central answers. Every place of every service can be sold.</source>
        <translation>中心应答正常，各车次席位均可发售。</translation>
    </message>
    <message>
        <source>Central answers too late for a customer to wait. What this window holds is sold without asking.</source>
        <translation>中心应答过慢，不宜让旅客等候；直接出售本窗预留席位。</translation>
    </message>
    <message>
        <source>Selling goes on with what this window holds. Everything is sent once the line is back.</source>
        <translation>继续出售本窗预留席位；线路恢复后自动上传全部流水。</translation>
    </message>
    <message>
        <source>The reason: {code}.</source>
        <translation>原因：{code}。</translation>
    </message>
    <message>
        <source>Ask central for a new epoch under Sync (Alt+S), F9.</source>
        <translation>请在“同步”（Alt+S）中按 F9 向中心申请新纪元。</translation>
    </message>
    <message>
        <source>An administrator signs in here and asks central for a new epoch under Sync (Alt+S).</source>
        <translation>请管理员在此登录，在“同步”（Alt+S）中向中心申请新纪元。</translation>
    </message>
    <message>
        <source>The administrator of central can help. What was recorded is still sent.</source>
        <translation>请联系中心管理员；已记录的流水仍会上传。</translation>
    </message>
    <message>
        <source>This counter may not sell</source>
        <translation>本窗口不能售票</translation>
    </message>
    <message>
        <source>Sync  Alt+S</source>
        <translation>同步  Alt+S</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Waits for the line</source>
        <translation>待上传</translation>
    </message>
    <message>
        <source>Sent, no answer yet</source>
        <translation>已发送，未应答</translation>
    </message>
    <message>
        <source>Safe at central</source>
        <translation>已存中心</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已受理</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>有冲突</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>已隔离</translation>
    </message>
    <message>
        <source>{n} days</source>
        <translation>{n} 天</translation>
    </message>
    <message>
        <source>On its way back</source>
        <translation>退回中</translation>
    </message>
    <message>
        <source>Sold out here</source>
        <translation>本窗已售完</translation>
    </message>
    <message>
        <source>Sells</source>
        <translation>可售</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>Not sent yet</source>
        <translation>未上传</translation>
    </message>
    <message>
        <source>Oldest of it</source>
        <translation>其中最早</translation>
    </message>
    <message>
        <source>Places held here</source>
        <translation>本窗预留席位</translation>
    </message>
    <message>
        <source>First of them ends</source>
        <translation>最早到期</translation>
    </message>
    <message>
        <source>Last answer</source>
        <translation>最近应答</translation>
    </message>
    <message>
        <source>Accepted with a remark</source>
        <translation>已受理，有说明</translation>
    </message>
    <message>
        <source>Clerk</source>
        <translation>售票员</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>值班员</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>Central's staff</source>
        <translation>中心人员</translation>
    </message>
    <message>
        <source>Dealt with</source>
        <translation>已处理</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到时间</translation>
    </message>
    <message>
        <source>About</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>Central says</source>
        <translation>中心判定</translation>
    </message>
    <message>
        <source>Nothing to deal with. When central cannot simply accept something, it is listed here.</source>
        <translation>没有待处理事项。中心不能直接受理的流水会列在这里。</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>处理办法</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>由谁处理</translation>
    </message>
    <message>
        <source>{judgement}, entry {seq}</source>
        <translation>{judgement}，流水 {seq} 号</translation>
    </message>
    <message>
        <source>Dealt with by {login}</source>
        <translation>处理人：{login}</translation>
    </message>
    <message>
        <source>Waiting for</source>
        <translation>已等待</translation>
    </message>
    <message>
        <source>Nothing has been recorded yet. What this counter records is sent to central.</source>
        <translation>还没有流水。本窗口的流水会自动上传中心。</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>{left} of {total}</source>
        <translation>{left} / {total}</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>有效至</translation>
    </message>
    <message>
        <source>Nothing is held here. While central answers, places are taken in advance for an outage.</source>
        <translation>本窗没有预留席位。线路正常时会自动预留，以备断线时出售。</translation>
    </message>
    <message>
        <source>Sync with central</source>
        <translation>与中心同步</translation>
    </message>
    <message>
        <source>Try the line now  F6</source>
        <translation>立即重试  F6</translation>
    </message>
    <message>
        <source>Try the line now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Inbox ({n})</source>
        <translation>待处理（{n}）</translation>
    </message>
    <message>
        <source>Outbox</source>
        <translation>上传记录</translation>
    </message>
    <message>
        <source>Held here</source>
        <translation>本窗预留</translation>
    </message>
    <message>
        <source>Dealt with …</source>
        <translation>标记已处理…</translation>
    </message>
    <message>
        <source>Give back …</source>
        <translation>退回预留…</translation>
    </message>
    <message>
        <source>New epoch …</source>
        <translation>申请新纪元…</translation>
    </message>
    <message>
        <source>Trying the line</source>
        <translation>正在重试</translation>
    </message>
    <message>
        <source>The status line tells when central answers.</source>
        <translation>中心应答后状态栏会显示。</translation>
    </message>
    <message>
        <source>This is dealt with</source>
        <translation>标记为已处理</translation>
    </message>
    <message>
        <source>The item leaves the list of open ones. Your name and what you did go into the journal.</source>
        <translation>此事项将不再列为待处理；您的账号和处理情况记入流水。</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>处理情况</translation>
    </message>
    <message>
        <source>Recorded as dealt with</source>
        <translation>已记录处理情况</translation>
    </message>
    <message>
        <source>Give these places back?</source>
        <translation>退回这些预留席位？</translation>
    </message>
    <message>
        <source>{left} places of {service} ({held}) go back to central, where every window can sell them. Without the line this window cannot sell them any more.</source>
        <translation>{service} {held} 的 {left} 个席位将退回中心，供各窗口发售；断线时本窗口将不能再出售。</translation>
    </message>
    <message>
        <source>Give back</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>The places of {service} go back</source>
        <translation>{service} 的预留席位已退回</translation>
    </message>
    <message>
        <source>Ask central for a new epoch</source>
        <translation>向中心申请新纪元</translation>
    </message>
    <message>
        <source>This counter goes on under a new key. What the old one holds for an outage is cleared up at central. Make sure that no copy of this counter is running elsewhere.</source>
        <translation>本窗口将启用新密钥；原预留席位由中心清理。请确认没有本窗口的副本在别处运行。</translation>
    </message>
    <message>
        <source>Ask central</source>
        <translation>提出申请</translation>
    </message>
    <message>
        <source>Epoch {n} has begun</source>
        <translation>已启用第 {n} 纪元</translation>
    </message>
    <message>
        <source>Selling can go on.</source>
        <translation>可以继续售票。</translation>
    </message>
    <message>
        <source>Asking central …</source>
        <translation>正在询问中心…</translation>
    </message>
    <message>
        <source>Damaged entry {n}</source>
        <translation>损坏的流水 {n}</translation>
    </message>
    <message>
        <source>The newest {n} are shown.</source>
        <translation>仅显示最近 {n} 条。</translation>
    </message>
    <message>
        <source>Last trouble: {detail}</source>
        <translation>最近故障：{detail}</translation>
    </message>
    <message>
        <source>central told of keys what it had told before: it was put back from a backup; tell its keeper</source>
        <translation>中央下发的密钥声明比本窗口已有的旧：中央恢复过备份，请通知其管理员</translation>
    </message>
    <message>
        <source>what central tells of keys is not understood here: bring this program up to date</source>
        <translation>无法理解中央下发的密钥声明：请更新本程序</translation>
    </message>
    <message>
        <source>what central tells of keys is not signed with the operator's key that is known here</source>
        <translation>中央下发的密钥声明未由本窗口所知的运营方密钥签署</translation>
    </message>
    <message>
        <source>entry {n} of the journal is damaged here; all others are sent, central's word is in the Inbox</source>
        <translation>本窗口第 {n} 条流水已损坏；其余均照常上传，中央的裁定见收件箱</translation>
    </message>
    <message>
        <source>the journal is damaged here near entry {n}: what is left goes with the next entry</source>
        <translation>本窗口第 {n} 条附近的流水已损坏：剩余部分随下一条流水上传</translation>
    </message>
    <message>
        <source>the note of what central has was damaged: everything was sent to it again</source>
        <translation>“中央已收到何处”的记录已损坏：全部流水已重新上传</translation>
    </message>
    <message>
        <source>the data of this window is damaged: an administrator checks the journal (Alt+6)</source>
        <translation>本窗口的数据已损坏：请管理员校验流水（Alt+6）</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>应答超时</translation>
    </message>
    <message>
        <source>no connection</source>
        <translation>无法连接</translation>
    </message>
    <message>
        <source>the connection broke</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>an answer that is not central&apos;s</source>
        <translation>应答不是来自中心</translation>
    </message>
    <message>
        <source>This refund waits for central</source>
        <translation>须待中心应答后退票</translation>
    </message>
    <message>
        <source>The ticket has been sent to central, so central is asked before it is paid. It does not answer.</source>
        <translation>该票已上传中心，退款前须由中心确认，而中心没有应答。</translation>
    </message>
    <message>
        <source>Pay nothing out. The ticket stays valid; try again when the line is back.</source>
        <translation>请勿付款；车票仍然有效，线路恢复后再办理。</translation>
    </message>
    <message>
        <source>Without the line only places that this window holds can be sold; of these it holds {free}.</source>
        <translation>线路不通时只能出售本窗预留的席位；本窗此类预留为 {free} 个。</translation>
    </message>
    <message>
        <source>central answered something else than was asked</source>
        <translation>中心的应答与请求不符</translation>
    </message>
    <message>
        <source>the certificate is not of this operator or not of this counter</source>
        <translation>证书不属于本运营方或本窗口</translation>
    </message>
    <message>
        <source>Another entry has this number: there is a copy of this counter, or it was restored from a backup.</source>
        <translation>此编号已有另一条流水：存在本窗口的副本，或曾恢复备份。</translation>
    </message>
    <message>
        <source>The entry arrived damaged: its bytes are not those that the journal speaks of.</source>
        <translation>流水内容受损，与前后流水的记载不符。</translation>
    </message>
    <message>
        <source>The signature of this entry is not this counter's.</source>
        <translation>此条流水的签名不属于本窗口。</translation>
    </message>
    <message>
        <source>The entry is not written in the form that was agreed.</source>
        <translation>流水的书写格式不符合约定。</translation>
    </message>
    <message>
        <source>A field of the entry cannot be read.</source>
        <translation>流水中有无法识别的字段。</translation>
    </message>
    <message>
        <source>A newer program wrote this entry than central can read.</source>
        <translation>此条流水由较新的程序写入，中心尚不能识别。</translation>
    </message>
    <message>
        <source>Central does not know this kind of entry yet.</source>
        <translation>中心尚不支持此类流水。</translation>
    </message>
    <message>
        <source>The content of the entry cannot be read.</source>
        <translation>流水内容无法识别。</translation>
    </message>
    <message>
        <source>Central made a mistake of its own with this entry.</source>
        <translation>中心处理此条流水时内部出错。</translation>
    </message>
    <message>
        <source>A place of this sale had been written off and sold elsewhere. The paper stays valid.</source>
        <translation>此笔售出的席位曾被核销并在别处售出；车票仍然有效。</translation>
    </message>
    <message>
        <source>This service is cancelled: its tickets are good for a refund or another service only.</source>
        <translation>该车次已停运：车票只能退票或改乘其他车次。</translation>
    </message>
    <message>
        <source>This service was changed before the sale arrived at central.</source>
        <translation>此笔售票到达中心之前，该车次已变更。</translation>
    </message>
    <message>
        <source>Central does not have this service.</source>
        <translation>中心没有此车次。</translation>
    </message>
    <message>
        <source>Another window had refunded this ticket before.</source>
        <translation>此票此前已在其他窗口退票。</translation>
    </message>
    <message>
        <source>Central does not have the ticket of this refund.</source>
        <translation>中心没有此笔退票对应的车票。</translation>
    </message>
    <message>
        <source>More was paid out than the ticket had cost.</source>
        <translation>退款金额高于票价。</translation>
    </message>
    <message>
        <source>The sale names a price list or timetable that central never gave out.</source>
        <translation>此笔售票所用的票价规则或时刻表不是中心下发的。</translation>
    </message>
    <message>
        <source>Another price list was in force at the time of the sale.</source>
        <translation>售票当时有效的是另一份票价规则。</translation>
    </message>
    <message>
        <source>Another ticket has this ticket number.</source>
        <translation>此票号已被另一张车票使用。</translation>
    </message>
    <message>
        <source>This ticket number belongs to another window or epoch.</source>
        <translation>此票号属于其他窗口或其他纪元。</translation>
    </message>
    <message>
        <source>Central has this ticket already, from another entry.</source>
        <translation>中心已有此车票，来自另一条流水。</translation>
    </message>
    <message>
        <source>The drawer's sum at the end of the shift is not that of its entries.</source>
        <translation>结账时钱箱金额与流水合计不符。</translation>
    </message>
    <message>
        <source>Central never gave these held places to this counter.</source>
        <translation>中心未曾向本窗口发放此项预留。</translation>
    </message>
    <message>
        <source>Places were given back that this counter did not hold.</source>
        <translation>退回了不属于本窗口的预留席位。</translation>
    </message>
    <message>
        <source>This epoch was not granted by central.</source>
        <translation>此纪元未经中心授予。</translation>
    </message>
    <message>
        <source>The entry is of another counter than the one that sent it.</source>
        <translation>此条流水属于其他窗口。</translation>
    </message>
    <message>
        <source>This was done under a key that a newer one had replaced.</source>
        <translation>此操作使用了已被替换的旧密钥。</translation>
    </message>
    <message>
        <source>The new epoch follows entries that central never saw.</source>
        <translation>新纪元之前有中心从未收到的流水。</translation>
    </message>
    <message>
        <source>This counter's clock was ahead of central's.</source>
        <translation>本窗口时钟快于中心。</translation>
    </message>
    <message>
        <source>The places were no longer held for this counter, but still free: the sale stands.</source>
        <translation>席位当时已不再为本窗口保留，但仍然空闲：售票有效。</translation>
    </message>
    <message>
        <source>Find out which machine is the copy and switch it off; then ask central for a new epoch (F9).</source>
        <translation>查明哪台是副本并停用，然后向中心申请新纪元（F9）。</translation>
    </message>
    <message>
        <source>Compare this counter's journal and papers with central's records.</source>
        <translation>将本窗口流水和票据与中心记录核对。</translation>
    </message>
    <message>
        <source>Central has to be brought up to date; then it judges this entry again.</source>
        <translation>中心升级后将重新判定此条流水。</translation>
    </message>
    <message>
        <source>Report it to the maker of the program; central judges it again afterwards.</source>
        <translation>请报告程序开发方，修正后中心将重新判定。</translation>
    </message>
    <message>
        <source>Seat the passenger anew: same class, else a better one, else standing with the difference paid back, else the next service, else a full refund.</source>
        <translation>为旅客重新安排：同席别；无则升等；再无则站票并退差价；再无则改乘下一车次；最后全额退票。</translation>
    </message>
    <message>
        <source>The disruption desk looks after the passenger: another service or a refund.</source>
        <translation>由应急处置台为旅客办理改乘或退票。</translation>
    </message>
    <message>
        <source>The drawer is short by this amount: settle it with the clerk who is named.</source>
        <translation>钱箱短少此金额，请与所列售票员核处。</translation>
    </message>
    <message>
        <source>Check the price that was taken. The printed price stands if it was in force at the sale.</source>
        <translation>核对所收票价；售票时有效的票面价格应予认可。</translation>
    </message>
    <message>
        <source>Compare both tickets; find out how one number came to be used twice.</source>
        <translation>核对两张车票，查明票号为何重复使用。</translation>
    </message>
    <message>
        <source>Count the drawer again and compare it with the shift report.</source>
        <translation>重新清点钱箱，与结账报表核对。</translation>
    </message>
    <message>
        <source>Set this computer's clock right and look why it was ahead.</source>
        <translation>校准本机时钟，并查明原因。</translation>
    </message>
    <message>
        <source>Compare what this window holds with central's list of held places.</source>
        <translation>将本窗预留与中心的预留清单核对。</translation>
    </message>
    <message>
        <source>Nothing has to be done.</source>
        <translation>无需处理。</translation>
    </message>
    <message>
        <source>Tickets</source>
        <translation>车票</translation>
    </message>
    <message>
        <source>Other ticket</source>
        <translation>另一车票</translation>
    </message>
    <message>
        <source>Declared</source>
        <translation>实点</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>应有</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差额</translation>
    </message>
    <message>
        <source>Price list</source>
        <translation>票价规则</translation>
    </message>
    <message>
        <source>This counter's time</source>
        <translation>本窗时间</translation>
    </message>
    <message>
        <source>Central's time</source>
        <translation>中心时间</translation>
    </message>
    <message>
        <source>Window no.</source>
        <translation>窗口号</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Detail of the mistake</source>
        <translation>错误详情</translation>
    </message>
    <message>
        <source>Besides</source>
        <translation>另有</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Station</source>
        <translation>车站</translation>
    </message>
    <message>
        <source>here {n}</source>
        <translation>本窗 {n}</translation>
    </message>
    <message>
        <source>not held</source>
        <translation>无预留</translation>
    </message>
    <message>
        <source>Without the line: only places held here</source>
        <translation>线路不通：仅售本窗预留</translation>
    </message>
    <message>
        <source>To be re-seated</source>
        <translation>待重新安排</translation>
    </message>
    <message>
        <source>Not sold at this window. Asking central …</source>
        <translation>非本窗口售出，正在查询中心…</translation>
    </message>
    <message>
        <source>Neither this counter nor central has such a ticket. Compare the number digit by digit.</source>
        <translation>本窗口和中心都没有此车票，请逐位核对票号。</translation>
    </message>
    <message>
        <source>Not sold at this window. The line is down: other windows' tickets can be seen once it is back.</source>
        <translation>非本窗口售出。线路不通，恢复后才能查询其他窗口的车票。</translation>
    </message>
    <message>
        <source>Window {window} is refunding or changing this ticket now.</source>
        <translation>窗口 {window} 正在为此票办理退票或改签。</translation>
    </message>
    <message>
        <source>Sold at window {window}. The money is given back there.</source>
        <translation>由窗口 {window} 售出，请到该窗口退款。</translation>
    </message>
    <message>
        <source>In central's records</source>
        <translation>中心记录</translation>
    </message>
    <message>
        <source>No order of this counter fits. Enter looks in central's records.</source>
        <translation>本窗口没有符合的订单，按回车查询中心记录。</translation>
    </message>
    <message>
        <source>Locked to a window</source>
        <translation>窗口办理中</translation>
    </message>
    <message>
        <source>Accounts come from central</source>
        <translation>账号由中心管理</translation>
    </message>
    <message>
        <source>Whoever administers central adds, changes and locks them. A change arrives here by itself, and signing in works without the line too.</source>
        <translation>账号的新建、更改和停用由中心管理员办理，更改会自动下发；线路不通时也可以登录。</translation>
    </message>
    <message>
        <source>The timetable comes from central. A new one is loaded in the background and is in force here as soon as it is checked; selling goes on meanwhile.</source>
        <translation>时刻表由中心下发。新表在后台下载，核验后即在本窗口生效，期间照常售票。</translation>
    </message>
</context>
</TS>
